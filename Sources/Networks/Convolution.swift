import Core
import Tensors

/// A convolution over the last one or two axes of a [batch, channels, height, width] tensor.
///
/// At rank 1 the height is 1 and the kernel (1, k), so one network definition serves signals and
/// images, in channels-last memory both.
public final class Convolution: Module {
  let weight: Parameter
  let bias: Parameter?
  private let inputChannels: Int
  private let stride, padding, dilation: [Int]
  /// The dilation, if signals are to be cut into rows of that many samples.
  private let rowLength: Int?

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
    self.inputChannels = inputChannels
    self.stride = axes(stride, off: 1)
    // oneDNN's kernels for wide dilations give an item other bits in other batches; a signal cut
    // into rows needs no such kernel.
    rowLength = rank == 1 && stride == 1 && dilation >= 4 ? dilation : nil
    self.dilation = axes(dilation, off: 1)
    padding = axes(dilation * (kernel - stride) / 2, off: 0)
  }

  public func callAsFunction(_ x: Tensor) throws -> Tensor {
    try weight.locating {
      let shape = x.shape
      guard shape.count == 4 else {
        throw StirError(
          .engine, "input has the shape \(shape), expected [batch, channels, height, width]")
      }
      guard shape[1] == inputChannels else {
        throw StirError(
          .engine, "input has \(shape[1]) channels, weight expects \(inputChannels)")
      }
      if let rowLength { return try convolvedInRows(of: rowLength, x) }
      return try x.convolved(
        weight.tensor, bias: bias?.tensor, stride: stride, padding: padding, dilation: dilation)
    }
  }

  /// A convolution dilated by d along the signal is a plain one down the columns of the signal cut
  /// into rows of d samples. In channels-last memory the cut is a change of view.
  private func convolvedInRows(of length: Int, _ x: Tensor) throws -> Tensor {
    let shape = x.shape
    let (batch, channels, extent) = (shape[0], shape[1], shape[3])
    let missing = extent.missing(toMultipleOf: length)
    let padded = missing == 0 ? x : try x.paddedAfter([missing])
    let rows = try padded.permuted([0, 2, 3, 1])
      .reshaped([batch, (extent + missing) / length, length, channels]).permuted([0, 3, 1, 2])
    let y = try rows.convolved(
      weight.tensor.permuted([0, 1, 3, 2]), bias: bias?.tensor, stride: [1, 1],
      padding: [padding[1] / length, 0], dilation: [1, 1])
    let signal = try y.permuted([0, 2, 3, 1]).reshaped([batch, 1, extent + missing, -1])
      .permuted([0, 3, 1, 2])
    return missing == 0 ? signal : try signal.sliced(dim: 3, 0..<extent).channelsLast()
  }
}
