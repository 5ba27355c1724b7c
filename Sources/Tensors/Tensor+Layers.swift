import CTorch

/// The compute kernels of layers. Inputs are [batch, channels, height, width].
extension Tensor {
  /// A 2-D convolution with weight [out, in, kernel height, kernel width].
  public func convolved(
    _ weight: Tensor, bias: Tensor?, stride: [Int], padding: [Int], dilation: [Int]
  ) throws -> Tensor {
    try Tensor(
      ct.conv2d(
        handle, weight.handle, bias?.handle, stride.i64, padding.i64, dilation.i64))
  }

  /// Group normalisation (Wu and He 2018) with a weight and a bias for each channel, then FiLM
  /// (Perez et al. 2018), then SiLU, in one pass where the kernel is there (float32 on the CPU).
  ///
  /// - Parameters:
  ///   - film: [batch or 1, 2·channels, 1, 1], the scales and then the shifts of the channels:
  ///     z · (1 + scale) + shift. None when nil.
  ///   - silu: whether x · sigmoid(x) follows.
  public func groupNormalized(
    groups: Int, weight: Tensor, bias: Tensor, film: Tensor? = nil, epsilon: Double, silu: Bool
  ) throws -> Tensor {
    try Tensor(
      ct.group_norm(
        handle, Int64(groups), weight.handle, bias.handle, film?.handle, epsilon, silu))
  }
}
