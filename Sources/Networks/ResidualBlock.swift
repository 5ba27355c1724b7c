import Tensors

/// Two convolutions beside a skip, told the noise level between them by FiLM: a scale and a shift
/// for each channel, linear in the embedding (Perez et al. 2018; WaveGrad, Chen et al. 2020).
///
/// The first convolution is dilated. The second starts at zero, so an untrained block passes its
/// input on unchanged.
public final class ResidualBlock: Module {
  let norm1: GroupNorm
  let conv1: Convolution
  let norm2: GroupNorm
  let film: Convolution
  let conv2: Convolution
  let skip: Convolution?

  public init(
    _ inputChannels: Int, _ outputChannels: Int, dilation: Int, embedding: Int,
    _ configuration: UNetConfiguration, _ initializer: Initializer
  ) throws {
    let (rank, groups) = (configuration.rank, configuration.groups)
    norm1 = try GroupNorm(inputChannels, groups: groups, initializer)
    conv1 = try Convolution(
      inputChannels, outputChannels, kernel: 3, rank: rank, dilation: dilation, initializer)
    norm2 = try GroupNorm(outputChannels, groups: groups, initializer)
    film = try Convolution(
      embedding, 2 * outputChannels, kernel: 1, rank: 1, start: .zero, initializer)
    conv2 = try Convolution(
      outputChannels, outputChannels, kernel: 3, rank: rank, start: .zero, initializer)
    skip =
      inputChannels == outputChannels
      ? nil : try Convolution(inputChannels, outputChannels, kernel: 1, rank: rank, initializer)
  }

  /// - Parameters:
  ///   - inputs: one tensor, or two that are joined along the channels.
  ///   - modulation: what `film` makes of the noise level's embedding.
  public func callAsFunction(_ inputs: [Tensor], modulation: Tensor) throws -> Tensor {
    let h = try conv1(inputs, after: norm1(silu: true))
    return try conv2(
      [h], after: norm2(film: modulation, silu: true),
      adding: skip.map { try $0(inputs) } ?? inputs[0])
  }
}
