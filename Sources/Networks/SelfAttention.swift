import Tensors

/// Multi-head self-attention over all positions, beside a skip.
///
/// Reference: Vaswani et al. 2017, section 3.2; in a U-Net as in Ho et al. 2020, appendix B.
public final class SelfAttention: Module {
  let norm: GroupNorm
  let qkv: Convolution
  let output: Convolution
  private let heads: Int

  /// - Parameter headWidth: the channels of each head; as many heads as fit whole.
  public init(
    _ channels: Int, headWidth: Int, groups: Int, _ initializer: Initializer
  ) throws {
    heads = (1...max(1, channels / headWidth)).last { channels % $0 == 0 } ?? 1
    norm = try GroupNorm(channels, groups: groups, initializer)
    qkv = try Convolution(channels, 3 * channels, kernel: 1, rank: 1, initializer)
    output = try Convolution(channels, channels, kernel: 1, rank: 1, start: .zero, initializer)
  }

  public func callAsFunction(_ x: Tensor) throws -> Tensor {
    let shape = x.shape
    let (batch, channels, positions) = (shape[0], shape[1], shape[2] * shape[3])
    let width = channels / heads
    // [batch, 3·channels, h, w] → [3, batch, heads, positions, width]
    let split = try qkv([x], after: norm()).permuted([0, 2, 3, 1])
      .reshaped([batch, positions, 3, heads, width]).permuted([2, 0, 3, 1, 4])
    // Each laid out in this order, whatever the batch: a batch of one would otherwise be a view, and
    // a matrix product of other strides may differ in the last bit.
    func part(_ i: Int) throws -> Tensor {
      try split.sliced(dim: 0, i..<(i + 1)).reshaped([batch, heads, positions, width])
        .permuted([0, 3, 1, 2]).channelsLast().permuted([0, 2, 3, 1])
    }
    let (q, k, v) = try (part(0), part(1), part(2))
    let scores = try (q * (1 / Double(width).squareRoot())).matmul(k.permuted([0, 1, 3, 2]))
    let mixed = try scores.softmax(dim: -1).matmul(v)
      .permuted([0, 2, 1, 3]).reshaped([batch, shape[2], shape[3], channels])
      .permuted([0, 3, 1, 2])
    return try output([mixed.channelsLast()], adding: x)
  }
}
