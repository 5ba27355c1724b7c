import Networks
import Schedules
import Tensors

/// Estimates the clean signal in a noisy one: E[x0 | x at `level`].
///
/// All that a sampler knows of a model. Clipping, guidance and conditioning are denoisers around a
/// denoiser.
public protocol Denoiser {
  /// - Parameters:
  ///   - x: alpha·x0 + sigma·ε, [batch, channels] + extents.
  ///   - level: the (alpha, sigma) of every item of the batch.
  /// - Returns: the estimate of x0, in the shape of `x`.
  func callAsFunction(_ x: Tensor, at level: NoiseLevel) throws -> Tensor
}

/// A network that is told its noise level continuously, as √ᾱ (WaveGrad, Chen et al. 2020).
public protocol NoiseConditionedNetwork {
  /// - Parameters:
  ///   - x: [batch, channels] + extents.
  ///   - noiseLevels: √ᾱ in [0, 1] of each item, or one for all.
  func callAsFunction(_ x: Tensor, noiseLevels: [Double]) throws -> Tensor
}

extension UNet: NoiseConditionedNetwork {}

/// A network read as a denoiser: its output is taken for what it was trained to predict.
public struct NetworkDenoiser<Network: NoiseConditionedNetwork>: Denoiser {
  public let network: Network
  public let prediction: PredictionType

  public init(_ network: Network, prediction: PredictionType) {
    self.network = network
    self.prediction = prediction
  }

  public func callAsFunction(_ x: Tensor, at level: NoiseLevel) throws -> Tensor {
    let output = try network(x, noiseLevels: [level.noiseLevel]).to(x.dtype)
    return try prediction.sample(from: output, x: x, level: level)
  }
}
