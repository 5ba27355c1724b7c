import Tensors

/// A convolution over the last one or two axes of a [batch, channels, height, width] tensor.
///
/// At rank 1 the height is 1 and the kernel (1, k), so one network definition serves signals and
/// images, in channels-last memory both.
public final class Convolution: Module {
  let weight: Parameter
  let bias: Parameter?
  private let packed = PackedWeight()
  private let stride, padding, dilation: [Int]

  /// How the starting weights are drawn.
  public enum Start { case normal, zero }

  /// - Parameters:
  ///   - rank: 1 for signals, 2 for images.
  ///   - kernel: the extent along each axis; with stride 1 it is odd and the extent is kept.
  ///   - stride: the extent along each axis is divided by it, exactly when it divides the extent.
  public init(
    _ inputChannels: Int, _ outputChannels: Int, kernel: Int, rank: Int, stride: Int = 1,
    dilation: Int = 1, bias: Bool = true, start: Start = .normal, _ initializer: Initializer
  ) throws {
    precondition((kernel - stride) % 2 == 0, "kernel \(kernel) and stride \(stride) differ evenly")
    func axes(_ value: Int, off: Int) -> [Int] { rank == 1 ? [off, value] : [value, value] }
    let extents = axes(kernel, off: 1)
    let shape = [outputChannels, inputChannels] + extents
    weight =
      switch start {
      case .normal:
        try initializer.normal(shape, fanIn: inputChannels * extents[0] * extents[1])
      case .zero: try initializer.constant(0, shape)
      }
    self.bias = bias ? try initializer.constant(0, [outputChannels]) : nil
    self.stride = axes(stride, off: 1)
    self.dilation = axes(dilation, off: 1)
    padding = axes(dilation * (kernel - stride) / 2, off: 0)
  }

  /// - Parameters:
  ///   - inputs: one tensor, or two that are joined along the channels.
  ///   - normalization: what they go through first.
  ///   - residual: what is added to the result.
  ///   - dtype: the type of the result; the inputs' when nil.
  public func callAsFunction(
    _ inputs: [Tensor], after normalization: GroupNormalization? = nil,
    adding residual: Tensor? = nil, dtype: DType? = nil
  ) throws -> Tensor {
    try weight.locating {
      try .convolution(
        of: inputs, normalization: normalization, weight: weight.tensor, bias: bias?.tensor,
        packed: packed, stride: stride, padding: padding, dilation: dilation, adding: residual,
        dtype: dtype)
    }
  }

  public func callAsFunction(_ x: Tensor) throws -> Tensor { try self([x]) }
}
