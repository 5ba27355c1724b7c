import Tensors

/// Fresh normal noise for a batch in which every item draws from a stream of its own.
///
/// So an item's noise does not depend on the batch that it stands in.
public struct BatchNoise {
  private let sources: [RandomSource]
  private let shape: [Int]
  private let device: Device

  /// - Parameters:
  ///   - items: the number of each item under `seed`.
  ///   - shape: of one item, [channels] + extents.
  public init(seed: UInt64, items: Range<Int>, shape: [Int], device: Device = .cpu) throws {
    sources = try items.map { try RandomSource(seed: seed, item: $0) }
    self.shape = shape
    self.device = device
  }

  /// The next noise of every item: [items.count] + shape.
  public func next() throws -> Tensor {
    try Tensor.stacked(sources.map { try $0.normal(shape) }).to(device: device)
  }
}
