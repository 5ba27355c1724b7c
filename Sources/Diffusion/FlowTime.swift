import Schedules
import Tensors

/// Flow coordinates: x/(alpha + sigma) = (1 − t)·x0 + t·ε, t = sigma/(alpha + sigma), in which every
/// process is the straight path from data to noise and the ODE is dx/dt = ε − x0.
///
/// Reference: Liu, Gong and Liu, "Flow Straight and Fast" (2023), equation 1; Lipman et al., "Flow
/// Matching for Generative Modeling" (2023), equation 20.
extension NoiseLevel {
  /// t in 0 (clean) to 1 (noise alone).
  var flowTime: Double { sigma / (alpha + sigma) }

  /// The variance-preserving level at t.
  init(flowTime t: Double) {
    self = NoiseLevel(alpha: 1 - t, sigma: t).on(.variancePreserving)
  }
}

extension Denoiser {
  /// ε − x0 in `x`, a state in flow coordinates at `level`, which is not clean.
  func velocity(_ x: Tensor, at level: NoiseLevel) throws -> Tensor {
    try (x - self(x * (level.alpha + level.sigma), at: level)) / level.flowTime
  }
}
