import Core
import Schedules
import Tensors

/// The space of x/alpha = x0 + σ·ε, in which every process is variance-exploding.
///
/// Reference: Karras, Aittala, Aila and Laine, "Elucidating the Design Space of Diffusion-Based
/// Generative Models" (2022), table 1.
extension NoiseLevel {
  /// σ = sigma/alpha, the deviation of the noise in x/alpha; infinity without a signal.
  var noiseToSignal: Double { sigma / alpha }

  /// Whether the signal lies more than 60 dB below the noise, as where the cosine schedule ends.
  ///
  /// The step down from there is a leap, and a solver that means slopes over it would multiply their
  /// difference by σ; it takes the leap with one slope, which is right for an x0 that stands still.
  var isAlmostNoise: Bool { noiseToSignal > 1000 }

  /// The variance-preserving level with sigma/alpha = σ.
  init(noiseToSignal σ: Double) {
    self = NoiseLevel(alpha: 1, sigma: σ).on(.variancePreserving)
  }
}

extension Ladder {
  /// - Throws: `StirError.Code.configuration` when the ladder starts without a signal, where `sampler`
  ///   would divide by alpha = 0.
  func requireSignal(for sampler: String) throws {
    guard start.alpha > 0 else {
      throw StirError(
        .configuration,
        "\(sampler): expected a ladder that starts with some signal left, found alpha 0 at its first "
          + "level; take ddim, dpm_solver_2m, unipc or flow_heun, or set sampling.sigma_max "
          + "with karras spacing")
    }
  }
}
