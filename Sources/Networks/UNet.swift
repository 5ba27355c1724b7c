import Core
import Tensors

/// A temporal U-Net that is told its noise level continuously.
///
/// Each level of the way down runs residual blocks and shortens the signal by a strided
/// convolution; each level of the way up lengthens it, joins what the way down had there, and runs
/// residual blocks. The same definition serves signals (rank 1) and images (rank 2).
///
/// Reference: Ronneberger et al. 2015; FiLM and noise level from WaveGrad (Chen et al. 2020).
public final class UNet: Module {
  public let configuration: UNetConfiguration
  let embedding: NoiseLevelEmbedding
  let stem: Convolution
  let down: [UNetLevel]
  let middle: UNetLevel
  let up: [UNetLevel]
  let norm: GroupNorm
  let head: Convolution
  /// Of a network that sees spectra.
  private var edge: SpectralEdge?

  /// A network with starting weights drawn from `seed`.
  /// - Throws: `StirError.Code.configuration` for values that do not go together.
  public init(
    _ configuration: UNetConfiguration, seed: UInt64 = 0, dtype: DType = .float32
  ) throws {
    try configuration.validate()
    self.configuration = configuration
    let start = try Initializer(seed: seed, dtype: dtype)
    edge =
      configuration.stftWindow == 0
      ? nil
      : SpectralEdge(
        fourier: try ShortTimeFourier(window: configuration.stftWindow, dtype: dtype),
        inputs: configuration.inputChannels, outputs: configuration.outputs,
        fold: configuration.patch)
    let configuration = configuration.grid
    let (rank, width) = (configuration.rank, configuration.width)
    let channels = configuration.channelMultipliers.map { $0 * width }
    let positions = rank == 1 ? configuration.patch : configuration.patch * configuration.patch

    embedding = try NoiseLevelEmbedding(
      dimension: max(4, width / 2 * 2), width: 4 * width,
      classes: configuration.classes, start)
    stem = try Convolution(
      positions * configuration.inputChannels, channels[0], kernel: 7, rank: rank, start)
    down = try channels.indices.dropLast().map {
      try UNetLevel(
        $0, input: channels[$0], channels: channels[$0],
        resampling: .down(configuration.downFactors[$0], to: channels[$0 + 1]), configuration, start
      )
    }
    let bottom = channels.count - 1
    middle = try UNetLevel(
      bottom, input: channels[bottom], channels: channels[bottom], resampling: .none, configuration,
      start)
    up = try channels.indices.dropLast().reversed().map {
      try UNetLevel(
        $0, input: 2 * channels[$0], channels: channels[$0],
        resampling: .up(configuration.downFactors[$0], from: channels[$0 + 1]), configuration, start
      )
    }
    norm = try GroupNorm(channels[0], groups: configuration.groups, start)
    head = try Convolution(
      channels[0], positions * configuration.outputs, kernel: 3, rank: rank, start: .zero, start)
    computeType = dtype
    nameParameters()
  }

  /// The type of the weights.
  public var dtype: DType { stem.weight.tensor.dtype }

  /// The type that values are computed in, between the layers: the weights' own, or bfloat16, which
  /// is twice as fast where the processor multiplies it. Weights, sums, and what goes into and
  /// comes out of the network keep the weights' type.
  public var computeType: DType
  public var device: Device { stem.weight.tensor.device }

  /// Moves every weight to `device`.
  public func move(to device: Device) throws {
    for parameter in parameters {
      parameter.tensor = try parameter.tensor.to(device: device).detached().requiringGradient()
    }
    try edge?.fourier.move(to: device)
  }

  /// - Parameters:
  ///   - x: [batch, channels, time], or [batch, channels, height, width] at rank 2. Any extent
  ///     will do: what `admittedMultiple` does not divide is padded, and cut again.
  ///   - noiseLevels: √ᾱ in [0, 1] of each item, or one for all.
  ///   - labels: the class of each item or one for all, nil for none.
  /// - Returns: the shape of `x`, but with the channels that come out.
  public func callAsFunction(
    _ x: Tensor, noiseLevels: [Double], labels: [Int?] = []
  ) throws -> Tensor {
    try self(x, conditioning: condition(on: noiseLevels, labels: labels))
  }

  /// What the blocks are told of noise levels and classes; whoever evaluates the network at a level many times
  /// computes it once.
  public struct Conditioning {
    /// The items that it holds: as many as there are, or one for all.
    let items: Int
    /// FiLM of every residual block on the way down, in the middle and on the way up.
    let modulations: [Tensor]
  }

  /// - Parameters:
  ///   - noiseLevels: √ᾱ in [0, 1] of each item, or one for all.
  ///   - labels: the class of each item or one for all, nil for none; empty means none for all.
  public func condition(on noiseLevels: [Double], labels: [Int?] = []) throws -> Conditioning {
    let embedding = try embedding(noiseLevels, labels: labels, device: device)
    return Conditioning(
      items: embedding.shape[0],
      modulations: try (down + [middle] + up).flatMap(\.blocks).map { try $0.film(embedding) })
  }

  /// - Parameters:
  ///   - x: as for ``callAsFunction(_:noiseLevels:)``.
  ///   - conditioning: of the items' levels, by the weights that the network still has.
  public func callAsFunction(_ x: Tensor, conditioning: Conditioning) throws -> Tensor {
    let shape = x.shape
    guard shape.count == configuration.rank + 2, shape[1] == configuration.inputChannels,
      shape.allSatisfy({ $0 > 0 })
    else {
      let axes = configuration.rank == 1 ? "time" : "height, width"
      throw StirError(
        .engine,
        "the network expects [batch, \(configuration.inputChannels), \(axes)], found \(shape)")
    }
    guard conditioning.items == 1 || conditioning.items == shape[0] else {
      throw StirError(
        .engine,
        "\(conditioning.items) noise levels for \(shape[0]) items: expected one of each, or one for "
          + "all, and so of labels"
      )
    }
    if let edge {
      return try edge(x) { image in
        let frames = image.shape[3]
        let padding = frames.missing(toMultipleOf: configuration.admittedMultiple)
        return try run(image.paddedAfter([padding]), conditioning)
          .sliced(dim: 3, 0..<frames)
      }
    }
    let (fitted, start) = try fit(x)
    var h = try run(fitted, conditioning)
    for (axis, extent) in shape.dropFirst(2).reversed().enumerated()
    where h.shape[3 - axis] != extent {
      let first = axis == 0 ? start : 0
      h = try h.sliced(dim: 3 - axis, first..<(first + extent))
    }
    return try h.reshaped([shape[0], configuration.outputs] + shape.dropFirst(2))
  }

  /// `x` as [batch, channels, height, width] of admitted extents, and where in its last axis the
  /// signal starts.
  ///
  /// A signal is continued by its mirror image, by one `admittedMultiple` or more at either end:
  /// convolutions see zeros beyond their input, and what they make of these is a click at the ends
  /// of every clip unless it falls outside. Images get zeros after their end, where there is need.
  private func fit(_ x: Tensor) throws -> (x: Tensor, start: Int) {
    let shape = x.shape
    let multiple = configuration.admittedMultiple
    guard configuration.rank == 1 else {
      let padding = shape.dropFirst(2).map { $0.missing(toMultipleOf: multiple) }
      return (padding.contains { $0 > 0 } ? try x.paddedAfter(padding) : x, 0)
    }
    let extent = shape[2]
    let margin = min(multiple, extent - 1)
    let after = margin + (extent + 2 * margin).missing(toMultipleOf: multiple)
    let mirrored = min(after, extent - 1)
    var h = try x.reflected(before: margin, after: mirrored)
    if mirrored < after { h = try h.paddedAfter([after - mirrored]) }
    return (try h.reshaped([shape[0], shape[1], 1, h.shape[2]]), margin)
  }

  /// The network proper, on [batch, channels, height, width] of admitted extents.
  func run(_ x: Tensor, _ conditioning: Conditioning) throws -> Tensor {
    var modulations = conditioning.modulations[...]
    let (patch, rank) = (configuration.grid.patch, configuration.grid.rank)
    var h = try stem(x.to(computeType).channelsLast().folded(by: patch, rank: rank))
    var skips: [Tensor] = []
    for level in down {
      h = try level.process([h], &modulations)
      skips.append(h)
      h = try level.resample(h)
    }
    h = try middle.process([h], &modulations)
    for level in up {
      h = try level.process([level.resample(h), skips.removeLast()], &modulations)
    }
    return try head([h], after: norm(silu: true), dtype: dtype).unfolded(by: patch, rank: rank)
  }
}

/// The residual blocks and attention at one resolution, and the way to the next.
final class UNetLevel: Module {
  let blocks: [ResidualBlock]
  let attention: SelfAttention?
  let resampler: Convolution?
  private let unfolding: Int
  private let rank: Int

  enum Resampling {
    case none
    case down(Int, to: Int)
    case up(Int, from: Int)
  }

  init(
    _ index: Int, input: Int, channels: Int, resampling: Resampling,
    _ configuration: UNetConfiguration, _ start: Initializer
  ) throws {
    rank = configuration.rank
    let dilations = configuration.dilations
    blocks = try (0..<configuration.blocksPerLevel).map {
      try ResidualBlock(
        $0 == 0 ? input : channels, channels, dilation: dilations[$0 % dilations.count],
        embedding: 4 * configuration.width, configuration, start)
    }
    attention =
      configuration.attentionLevels.contains(index)
      ? try SelfAttention(
        channels, headWidth: configuration.headWidth, groups: configuration.groups, start) : nil
    switch resampling {
    case .none:
      (resampler, unfolding) = (nil, 1)
    case .down(let factor, let to):
      resampler = try Convolution(
        channels, to, kernel: factor + factor / 2 * 2, rank: rank, stride: factor, start)
      unfolding = 1
    case .up(let factor, let from):
      // Every new position gets a convolution of its own over the short signal (Shi et al. 2016).
      let positions = rank == 1 ? factor : factor * factor
      resampler = try Convolution(from, positions * channels, kernel: 3, rank: rank, start)
      unfolding = factor
    }
  }

  /// - Parameters:
  ///   - inputs: one tensor, or two that are joined along the channels.
  ///   - modulations: FiLM of the blocks to come; those of this level are taken off its front.
  func process(_ inputs: [Tensor], _ modulations: inout ArraySlice<Tensor>) throws -> Tensor {
    let h = try blocks.reduce(inputs) { try [$1($0, modulation: modulations.removeFirst())] }[0]
    return try attention?(h) ?? h
  }

  /// To the next level's resolution: shorter on the way down, longer on the way up.
  func resample(_ x: Tensor) throws -> Tensor {
    guard let resampler else { return x }
    return try resampler(x).unfolded(by: unfolding, rank: rank)
  }
}
