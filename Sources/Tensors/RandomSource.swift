import CTorch
import Core

/// A stream of normal numbers that depends on a seed and an item, and on nothing else.
///
/// Each item of a batch draws from its own source, so it gets the same noise alone or among
/// sixteen, first or last, before or after a resume. Numbers are made on the CPU whatever the
/// device, by libtorch's MT19937, the generator behind `torch.manual_seed`.
public final class RandomSource: @unchecked Sendable {
  private let generator: OpaquePointer

  /// The stream that `torch.manual_seed(engineSeed)` starts.
  public init(engineSeed: UInt32) throws {
    guard let generator = ct.generator_new(engineSeed) else { throw lastEngineError() }
    self.generator = generator
  }

  /// The stream of `item` under `seed`.
  ///
  /// MT19937 is seeded with 32 bits. The map from item to engine seed is a bijection, so the first
  /// 2³² items of one seed all have streams of their own.
  public convenience init(seed: UInt64, item: Int) throws {
    try self.init(engineSeed: RandomSource.engineSeed(seed: seed, item: item))
  }

  static func engineSeed(seed: UInt64, item: Int) -> UInt32 {
    var keys = SplitMix64(seed: seed)
    let offset = UInt32(truncatingIfNeeded: keys.next())
    return bijection(UInt32(truncatingIfNeeded: item) &+ offset)
  }

  deinit { ct.generator_release(generator) }

  /// The next normal numbers (mean 0, variance 1) of the stream, float32 on the CPU.
  public func normal(_ shape: [Int]) throws -> Tensor {
    try Tensor(ct.randn(generator, shape.i64, shape.rank))
  }
}

/// MurmurHash3's finaliser (Appleby 2011): mixes 32 bits, and no two inputs share an output.
private func bijection(_ value: UInt32) -> UInt32 {
  var h = value
  h = (h ^ (h >> 16)) &* 0x85EB_CA6B
  h = (h ^ (h >> 13)) &* 0xC2B2_AE35
  return h ^ (h >> 16)
}
