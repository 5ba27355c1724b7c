import Schedules
import Tensors

/// What a network's output means, and the one x0 estimate that it implies.
///
/// With x = alpha·x0 + sigma·ε and alpha² + sigma² = 1:
/// ε (Ho et al. 2020), x0 itself, or v = alpha·ε − sigma·x0 (Salimans and Ho 2022, appendix D).
extension PredictionType {
  /// The x0 that `output` means at `level`.
  public func sample(from output: Tensor, x: Tensor, level: NoiseLevel) throws -> Tensor {
    let (alpha, sigma) = (level.alpha, level.sigma)
    switch self {
    case .epsilon: return try (x - output * sigma) / alpha
    case .sample: return output
    case .velocity: return try x * alpha - output * sigma
    }
  }

  /// What the network should say of `x0` and `noise`.
  /// - Parameters:
  ///   - alpha: [batch, 1, …], one for each item, as `sigma`.
  public func target(x0: Tensor, noise: Tensor, alpha: Tensor, sigma: Tensor) throws -> Tensor {
    switch self {
    case .epsilon: noise
    case .sample: x0
    case .velocity: try alpha * noise - sigma * x0
    }
  }
}

extension NoiseLevel {
  /// The ε that, with `x0`, makes up `x` at this level.
  public func noise(in x: Tensor, x0: Tensor) throws -> Tensor { try (x - x0 * alpha) / sigma }

  /// alpha·x0 + sigma·ε.
  public func addNoise(to x0: Tensor, noise: Tensor) throws -> Tensor {
    try x0 * alpha + noise * sigma
  }
}
