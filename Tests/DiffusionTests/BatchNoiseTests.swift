import Diffusion
import Schedules
import Tensors
import Testing

@Suite struct BatchNoiseTests {
  /// Shapes below and above the 16 numbers at which libtorch changes its algorithm.
  static let shapes = [[1, 3], [2, 37], [1, 4, 5]]

  /// An item draws the same numbers, bit for bit, in whatever batch it stands.
  @Test(arguments: shapes) func itemIsTheSameInAnyBatch(shape: [Int]) throws {
    let size = shape.reduce(1, *)
    let all = try BatchNoise(seed: 9, items: 0..<16, shape: shape)
    let rounds = try (0..<3).map { _ in try all.next() }
    for items in [0..<1, 3..<4, 15..<16, 5..<8, 0..<16] {
      let some = try BatchNoise(seed: 9, items: items, shape: shape)
      for round in rounds {
        let found = try some.next()
        #expect(found.shape == [items.count] + shape)
        let expected = try round.floats()[items.lowerBound * size..<items.upperBound * size]
        #expect(try found.floats() == Array(expected))
      }
    }
  }

  /// Each item's stream is the one that its seed and number name.
  @Test func itemsDrawFromTheirOwnSource() throws {
    let noise = try BatchNoise(seed: 9, items: 4..<6, shape: [2, 8])
    let sources = try [4, 5].map { try RandomSource(seed: 9, item: $0) }
    for _ in 0..<2 {
      #expect(try noise.next().floats() == sources.flatMap { try $0.normal([2, 8]).floats() })
    }
  }

  /// No two rounds, items or seeds repeat each other.
  @Test func streamsDiffer() throws {
    var streams: Set<[Float]> = []
    for seed: UInt64 in [0, 1, 1 << 40] {
      let noise = try BatchNoise(seed: seed, items: 0..<8, shape: [1, 20])
      for _ in 0..<2 {
        let values = try noise.next().floats()
        for item in 0..<8 { streams.insert(Array(values[item * 20..<item * 20 + 20])) }
      }
    }
    #expect(streams.count == 3 * 8 * 2)
  }

  /// A clip is the same, bit for bit, alone or among sixteen, whatever the sampler and clipping.
  @Test(arguments: samplers, SamplingConfiguration.Clipping.allCases)
  func clipIsTheSameInAnyBatch(
    sampler: Sampler, clipping: SamplingConfiguration.Clipping
  ) throws {
    let together = try clips(0..<16, sampler, clipping)
    for item in [0, 1, 7, 15] {
      let alone = try clips(item..<item + 1, sampler, clipping)
      #expect(alone == Array(together[item * 74..<item * 74 + 74]))
    }
    #expect(try clips(5..<9, sampler, clipping) == Array(together[5 * 74..<9 * 74]))
  }

  /// The seed decides, and nothing else.
  @Test(arguments: samplers) func sameSeedSameClip(sampler: Sampler) throws {
    let first = try clips(0..<2, sampler, .none)
    #expect(try clips(0..<2, sampler, .none) == first)
    #expect(try clips(0..<2, sampler, .none, seed: 1) != first)
  }

  /// Eight steps of a Gaussian model for clips of shape [2, 37].
  private func clips(
    _ items: Range<Int>, _ sampler: Sampler, _ clipping: SamplingConfiguration.Clipping,
    seed: UInt64 = 0
  ) throws -> [Float] {
    var configuration = SamplingConfiguration()
    configuration.clipping = clipping
    configuration.clipBound = 0.7
    let noise = try BatchNoise(seed: seed, items: items, shape: [2, 37])
    return try sampler.sample(
      configuration.clipped(GaussianDenoiser(mean: 0.3, deviation: 0.5)), from: noise.next(),
      along: NoiseSchedule.cosine.table().ladder(steps: 8, spacing: .trailing),
      noise: noise.next
    ).floats()
  }
}
