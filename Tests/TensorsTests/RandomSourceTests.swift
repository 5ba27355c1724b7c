import TestSupport
import Testing

@testable import Tensors

@Suite("Random numbers") struct RandomSourceTests {
  // torch.manual_seed(0); torch.randn(16), and the same with seed 42, as PyTorch prints them.
  @Test(
    "The published numbers of libtorch's CPU generator",
    arguments: [
      (
        0,
        [
          -1.1258, -1.1524, -0.2506, -0.4339, 0.8487, 0.6920, -0.3160, -2.1152, 0.3223, -1.2633,
          0.3500, 0.3081, 0.1198, 1.2377, 1.1168, -0.2473,
        ]
      ),
      (42, [1.9269, 1.4873, 0.9007, -2.1055]),
    ])
  func published(seed: Int, expected: [Double]) throws {
    let values = try RandomSource(engineSeed: UInt32(seed)).normal([16])
    #expect(values.dtype == .float32 && values.device == .cpu)
    expectClose(
      Array(try values.doubles().prefix(expected.count)), expected, rtol: 0, atol: 0.5e-4)
  }

  @Test("The same seed and item give the same stream, draw after draw")
  func determinism() throws {
    let a = try RandomSource(seed: 7, item: 3), b = try RandomSource(seed: 7, item: 3)
    for _ in 0..<3 { #expect(try a.normal([2, 33]).floats() == b.normal([2, 33]).floats()) }
    #expect(try a.normal([16]).floats() != RandomSource(seed: 7, item: 3).normal([16]).floats())
  }

  @Test("Another seed and another item give another stream")
  func distinct() throws {
    func first(_ seed: UInt64, _ item: Int) throws -> [Float] {
      try RandomSource(seed: seed, item: item).normal([16]).floats()
    }
    let streams = try [first(7, 3), first(8, 3), first(7, 4), first(7, -1), first(.max, 3)]
    #expect(Set(streams).count == streams.count)
    // The upper half of a seed counts too.
    #expect(try first(1 << 40, 0) != first(0, 0))
  }

  @Test("An item's numbers do not depend on who drew before it")
  func batchIndependence() throws {
    let alone = try RandomSource(seed: 5, item: 9).normal([40]).floats()
    let sources = try (0..<16).map { try RandomSource(seed: 5, item: $0) }
    let forwards = try sources.map { try $0.normal([40]).floats() }
    #expect(forwards[9] == alone)
    let backwards = try (0..<16).reversed().map {
      try RandomSource(seed: 5, item: $0).normal([40]).floats()
    }
    #expect(Array(backwards.reversed()) == forwards)
  }

  @Test("A hundred thousand items all have streams of their own", arguments: [0, 1, UInt64.max])
  func bijection(seed: UInt64) throws {
    let seeds = Set((0..<100_000).map { RandomSource.engineSeed(seed: seed, item: $0) })
    #expect(seeds.count == 100_000)
    // Two numbers of 24 random bits each: by chance no two of 500 pairs agree.
    let pairs = try Set(
      (0..<500).map { try RandomSource(seed: seed, item: $0).normal([2]).floats() })
    #expect(pairs.count == 500)
  }

  @Test("The numbers are normal: mean 0, variance 1, kurtosis 3")
  func moments() throws {
    let count = 100_000
    let x = try RandomSource(seed: 11, item: 0).normal([count]).doubles()
    let mean = x.reduce(0, +) / Double(count)
    let square = x.reduce(0) { $0 + $1 * $1 } / Double(count)
    let fourth = x.reduce(0) { $0 + $1 * $1 * $1 * $1 } / Double(count)
    // Five standard errors: 1/√n, √(2/n), √(96/n).
    #expect(abs(mean) < 5 / Double(count).squareRoot())
    #expect(abs(square - 1) < 5 * (2 / Double(count)).squareRoot())
    #expect(abs(fourth - 3) < 5 * (96 / Double(count)).squareRoot())
  }
}
