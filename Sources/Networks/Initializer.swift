import Tensors

/// Draws the starting values of a network's parameters from one seed, in order of construction.
public final class Initializer {
  private let random: RandomSource
  public let dtype: DType

  /// - Parameter dtype: the type of every parameter; float64 serves gradient checks.
  public init(seed: UInt64, dtype: DType = .float32) throws {
    random = try RandomSource(seed: seed, item: 0)
    self.dtype = dtype
  }

  /// Normal values of standard deviation √(gain / fanIn) (He et al. 2015 with gain 2).
  func normal(_ shape: [Int], fanIn: Int, gain: Double = 1) throws -> Parameter {
    try Parameter(
      (random.normal(shape) * (gain / Double(fanIn)).squareRoot()).to(dtype).detached())
  }

  func constant(_ value: Double, _ shape: [Int]) throws -> Parameter {
    try Parameter(.full(value, shape: shape, dtype: dtype))
  }
}
