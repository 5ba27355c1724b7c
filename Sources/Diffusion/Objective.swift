import Core
import Schedules
import Tensors

/// The distance between what the network says and what it should say.
public enum LossType: String, NamedChoice {
  /// Mean absolute error (WaveGrad).
  case l1
  /// Mean squared error (Ho et al. 2020, equation 14).
  case l2
}

/// What training minimises.
public struct Objective: Configuration {
  public var prediction = PredictionType.velocity
  public var loss = LossType.l2

  public init() {}

  enum CodingKeys: String, CodingKey {
    case prediction = "prediction_type"
    case loss
  }

  /// The loss of each item at its own noise level.
  ///
  /// - Parameters:
  ///   - x0, noise: [batch, channels] + extents.
  ///   - levels: one for each item.
  /// - Returns: [batch].
  public func losses(
    _ network: some NoiseConditionedNetwork, x0: Tensor, noise: Tensor, levels: [NoiseLevel]
  ) throws -> Tensor {
    let column = [levels.count] + [Int](repeating: 1, count: x0.rank - 1)
    let alpha = try Tensor(levels.map(\.alpha), shape: column).to(x0.dtype, device: x0.device)
    let sigma = try Tensor(levels.map(\.sigma), shape: column).to(x0.dtype, device: x0.device)
    let x = try x0 * alpha + noise * sigma
    let output = try network(x, noiseLevels: levels.map(\.noiseLevel)).to(x0.dtype)
    let target = try prediction.target(x0: x0, noise: noise, alpha: alpha, sigma: sigma)
    let error = try output - target
    let distance = try loss == .l1 ? error.abs() : error * error
    return try distance.mean(Array(1..<x0.rank))
  }
}
