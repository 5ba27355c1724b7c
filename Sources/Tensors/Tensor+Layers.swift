import CTorch
import Core

/// Group normalisation (Wu and He 2018) with a weight and a bias for each channel, then FiLM (Perez
/// et al. 2018), then SiLU: what stands before a convolution.
public struct GroupNormalization {
  public var groups: Int
  /// [channels] each.
  public var weight, bias: Tensor
  /// [batch or 1, 2·channels, 1, 1], the scales and then the shifts of the channels:
  /// z · (1 + scale) + shift. None when nil.
  public var film: Tensor?
  public var epsilon: Double
  /// Whether x · sigmoid(x) follows.
  public var silu: Bool

  public init(
    groups: Int, weight: Tensor, bias: Tensor, film: Tensor? = nil, epsilon: Double = 1e-5,
    silu: Bool = false
  ) {
    self.groups = groups
    self.weight = weight
    self.bias = bias
    self.film = film
    self.epsilon = epsilon
    self.silu = silu
  }
}

/// Keeps a convolution's weight in the order in which the kernels read it, for as long as the weight
/// stays the same. Belongs to one layer, and like a tensor to one thread at a time.
public final class PackedWeight: @unchecked Sendable {
  fileprivate var handle: OpaquePointer?
  public init() {}
  deinit { if let handle { ct.packed_release(handle) } }
}

/// The compute kernels of layers. Inputs are [batch, channels, height, width].
extension Tensor {
  /// A 2-D convolution with all that stands around it, in one pass over memory where there are
  /// kernels for it (CPUs with AVX-512): conv(normalised inputs) + bias + residual.
  ///
  /// - Parameters:
  ///   - inputs: one tensor, or two that are joined along the channels.
  ///   - normalization: what the inputs go through first; nothing when nil.
  ///   - weight: [outputs, channels, kernel height, kernel width], float32 or the inputs' type.
  ///   - packed: where the weight's packed form is kept for the next call.
  ///   - residual: of the output's shape and type; nothing is added when nil.
  ///   - dtype: the type of the output; the inputs' when nil.
  ///   - reference: takes libtorch's own operations even where there are kernels.
  public static func convolution(
    of inputs: [Tensor], normalization: GroupNormalization? = nil, weight: Tensor, bias: Tensor?,
    packed: PackedWeight? = nil, stride: [Int], padding: [Int], dilation: [Int],
    adding residual: Tensor? = nil,
    dtype: DType? = nil, reference: Bool = false
  ) throws -> Tensor {
    precondition((1...2).contains(inputs.count), "one input, or two to join")
    let second = inputs.count > 1 ? inputs[1] : nil
    var moments: OpaquePointer?
    var arguments = ct_convolution()
    arguments.inputs = (inputs[0].handle, second?.handle)
    arguments.moments = (inputs[0].moments, second?.moments)
    if let normalization {
      arguments.groups = Int64(normalization.groups)
      arguments.norm_weight = normalization.weight.handle
      arguments.norm_bias = normalization.bias.handle
      arguments.film = normalization.film?.handle
      arguments.epsilon = normalization.epsilon
      arguments.silu = normalization.silu
    }
    (arguments.weight, arguments.bias) = (weight.handle, bias?.handle)
    arguments.stride = (Int64(stride[0]), Int64(stride[1]))
    arguments.padding = (Int64(padding[0]), Int64(padding[1]))
    arguments.dilation = (Int64(dilation[0]), Int64(dilation[1]))
    arguments.residual = residual?.handle
    arguments.output_type = (dtype ?? inputs[0].dtype).code
    arguments.reference = reference
    return try withExtendedLifetime((inputs, normalization, weight, bias, residual)) {
      var kept = packed?.handle
      let result = withUnsafeMutablePointer(to: &kept) { slot in
        if packed != nil { arguments.packed = slot }
        return ct.convolve(&arguments, &moments)
      }
      packed?.handle = kept
      return try Tensor(result, moments: moments)
    }
  }

  /// A plain convolution of this tensor.
  public func convolved(
    _ weight: Tensor, bias: Tensor?, stride: [Int], padding: [Int], dilation: [Int]
  ) throws -> Tensor {
    try .convolution(
      of: [self], weight: weight, bias: bias, stride: stride, padding: padding, dilation: dilation)
  }

  /// Group normalisation on its own, in one pass where the kernel is there (float32 on the CPU).
  public func groupNormalized(_ normalization: GroupNormalization) throws -> Tensor {
    let n = normalization
    return try Tensor(
      ct.group_norm(
        handle, Int64(n.groups), n.weight.handle, n.bias.handle, n.film?.handle, n.epsilon, n.silu))
  }
}
