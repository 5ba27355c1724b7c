import Tensors

/// Group normalisation (Wu and He 2018) with learned weight and bias for each channel.
public final class GroupNorm: Module {
  let weight: Parameter
  let bias: Parameter
  private let groups: Int

  /// - Parameter groups: the wanted number of groups; the largest one at or below it that divides
  ///   `channels` is used.
  public init(_ channels: Int, groups: Int, _ initializer: Initializer) throws {
    weight = try initializer.constant(1, [channels])
    bias = try initializer.constant(0, [channels])
    self.groups = (1...min(groups, channels)).last { channels % $0 == 0 } ?? 1
  }

  /// What a convolution's input goes through first.
  /// - Parameters:
  ///   - film: scales, then shifts, for FiLM after the normalisation, [batch or 1, 2·channels, 1, 1].
  ///   - silu: whether SiLU follows.
  public func callAsFunction(film: Tensor? = nil, silu: Bool = false) -> GroupNormalization {
    GroupNormalization(
      groups: groups, weight: weight.tensor, bias: bias.tensor, film: film, silu: silu)
  }
}
