import Schedules
import Tensors

/// What a network's output means, and the one x0 estimate that it implies.
///
/// Every prediction is a sum a·x0 + b·ε, so with x = alpha·x0 + sigma·ε the estimate of x0 is one
/// of x and the output, whatever the path of the level:
///
/// | prediction | a | b |
/// |---|---|---|
/// | ε | 0 | 1 |
/// | x0 | 1 | 0 |
/// | v (Salimans and Ho 2022, appendix D) | −sigma/h | alpha/h, h² = alpha² + sigma² |
/// | u (Liu et al. 2022, eq. 1) | −1 | 1 |
/// | F (Karras et al. 2022, eq. 7) | sigma/(d·h) | −alpha·d/h, h² = d²·alpha² + sigma² |
public struct Parameterization: Hashable, Sendable {
  public var prediction: PredictionType
  /// d, the standard deviation of the data; only F depends on it.
  public var sigmaData: Double

  public init(_ prediction: PredictionType, sigmaData: Double = 1) {
    precondition(sigmaData > 0, "sigmaData \(sigmaData) is not positive")
    self.prediction = prediction
    self.sigmaData = sigmaData
  }

  /// What the state is multiplied by before the network sees it: 1 on the variance-preserving path.
  ///
  /// F has EDM's c_in, which gives the input the variance 1.
  public func inputScale(at level: NoiseLevel) -> Double {
    1 / norm(level)
  }

  /// The output that is wanted of the network, as factors of x0 and ε.
  public func target(at level: NoiseLevel) -> (x0: Double, noise: Double) {
    let (alpha, sigma) = (level.alpha, level.sigma)
    return switch prediction {
    case .epsilon: (0, 1)
    case .sample: (1, 0)
    case .velocity: (-sigma / norm(level), alpha / norm(level))
    case .flow: (-1, 1)
    case .edm: (sigma / (sigmaData * norm(level)), -alpha * sigmaData / norm(level))
    }
  }

  /// The estimate of x0, as factors of the state and of the output; `level` is noisy.
  ///
  /// Eliminating ε from x and the target gives x0 = (b·x − sigma·output)/(alpha·b − sigma·a).
  public func estimate(at level: NoiseLevel) -> (x: Double, output: Double) {
    let (a, b) = target(at: level)
    let determinant = level.alpha * b - level.sigma * a
    return (b / determinant, -level.sigma / determinant)
  }

  /// The x0 that `output` means for the state `x`.
  public func x0(from output: Tensor, x: Tensor, at level: NoiseLevel) throws -> Tensor {
    let factors = estimate(at: level)
    return factors.x == 0
      ? try output * factors.output : try x * factors.x + output * factors.output
  }

  private func norm(_ level: NoiseLevel) -> Double {
    let d = prediction == .edm ? sigmaData : 1
    return (d * d * level.alpha * level.alpha + level.sigma * level.sigma).squareRoot()
  }
}

extension NoiseLevel {
  /// The ε that, with `x0`, makes up `x` at this level.
  public func noise(in x: Tensor, x0: Tensor) throws -> Tensor { try (x - x0 * alpha) / sigma }

  /// The state of this level that sampling starts from: `noise` with the variance that the state
  /// has for data of variance 1, alpha² + sigma².
  public func pureNoise(_ noise: Tensor) throws -> Tensor {
    let deviation = (alpha * alpha + sigma * sigma).squareRoot()
    return abs(deviation - 1) < 1e-12 ? noise : try noise * deviation
  }

  /// alpha·x0 + sigma·ε.
  public func addNoise(to x0: Tensor, noise: Tensor) throws -> Tensor {
    try x0 * alpha + noise * sigma
  }
}
