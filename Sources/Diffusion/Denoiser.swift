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
  /// What it makes of noise levels before it sees a signal; the levels themselves, unless it says
  /// otherwise.
  associatedtype Conditioning = [Double]

  /// - Parameters:
  ///   - noiseLevels: √ᾱ in [0, 1] of each item, or one for all.
  ///   - labels: the class of each item or one for all, nil for none; empty for a network without
  ///     classes.
  func condition(on noiseLevels: [Double], labels: [Int?]) throws -> Conditioning

  /// - Parameters:
  ///   - x: [batch, channels] + extents.
  ///   - conditioning: of the items' noise levels and classes.
  func callAsFunction(_ x: Tensor, conditioning: Conditioning) throws -> Tensor
}

extension NoiseConditionedNetwork {
  /// - Parameters:
  ///   - x: [batch, channels] + extents.
  ///   - noiseLevels: √ᾱ in [0, 1] of each item, or one for all.
  ///   - labels: the class of each item or one for all, nil for none; empty for a network without
  ///     classes.
  public func callAsFunction(
    _ x: Tensor, noiseLevels: [Double], labels: [Int?] = []
  ) throws -> Tensor {
    try self(x, conditioning: condition(on: noiseLevels, labels: labels))
  }
}

extension NoiseConditionedNetwork where Conditioning == [Double] {
  public func condition(on noiseLevels: [Double], labels: [Int?]) throws -> [Double] {
    noiseLevels
  }
}

extension UNet: NoiseConditionedNetwork {}

/// A network read as a denoiser: its output is taken for what it was trained to predict.
///
/// What the network makes of a level is computed once, when the level first comes up, and kept for
/// the batches to come: make a new denoiser after the weights have changed.
public final class NetworkDenoiser<Network: NoiseConditionedNetwork>: Denoiser {
  public let network: Network
  public let parameterization: Parameterization
  /// The class of each item or one for all; of no class when empty.
  public let labels: [Int]
  /// What the network is shown beside the state, in its shape.
  public let recording: Tensor?
  private var conditionings: [Told: Network.Conditioning] = [:]

  /// What the network is told of a batch.
  private struct Told: Hashable {
    var noiseLevel: Double
    var labels: [Int?]
  }

  public init(
    _ network: Network, _ parameterization: Parameterization, labels: [Int] = [],
    recording: Tensor? = nil
  ) {
    self.network = network
    self.recording = recording
    self.parameterization = parameterization
    self.labels = labels
  }

  public convenience init(_ network: Network, prediction: PredictionType) {
    self.init(network, Parameterization(prediction))
  }

  public func callAsFunction(_ x: Tensor, at level: NoiseLevel) throws -> Tensor {
    try x0(x, at: level, labels: labels, recording: recording)
  }

  private func x0(
    _ x: Tensor, at level: NoiseLevel, labels: [Int?], recording: Tensor?
  ) throws -> Tensor {
    let told = Told(noiseLevel: level.noiseLevel, labels: labels)
    let conditioning =
      try conditionings[told] ?? network.condition(on: [told.noiseLevel], labels: labels)
    conditionings[told] = conditioning
    let scale = parameterization.inputScale(at: level)
    // On the variance-preserving path the scale is 1 but for rounding.
    let input = abs(scale - 1) < 1e-12 ? x : try x * scale
    let output = try network(input.beside(recording), conditioning: conditioning).to(x.dtype)
    return try parameterization.x0(from: output, x: x, at: level)
  }
}

extension NetworkDenoiser: ConditionalDenoiser {
  /// One batch of two: each item with its class, and each without.
  public func estimates(
    _ x: Tensor, at level: NoiseLevel
  ) throws -> (conditional: Tensor, unconditional: Tensor) {
    let count = x.shape[0]
    let classes = labels.count == 1 ? Array(repeating: labels[0], count: count) : labels
    let both = try x0(
      .concatenated([x, x], dim: 0), at: level,
      labels: classes + Array(repeating: nil, count: count),
      recording: recording.map { try .concatenated([$0, $0], dim: 0) })
    return try (both.sliced(dim: 0, 0..<count), both.sliced(dim: 0, count..<(2 * count)))
  }
}

extension Tensor {
  /// The state with the channels of `recording` after its own: what a network is shown that is told
  /// what a recording holds.
  func beside(_ recording: Tensor?) throws -> Tensor {
    try recording.map { try .concatenated([self, $0], dim: 1) } ?? self
  }
}
