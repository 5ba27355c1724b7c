import Core
import Testing

/// `splitmix64.c` (Sebastiano Vigna, 2015, public domain), line by line.
private struct Reference {
  var x: UInt64

  mutating func next() -> UInt64 {
    x &+= 0x9e37_79b9_7f4a_7c15
    var z = x
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

@Suite("SplitMix64") struct SplitMix64Tests {
  @Test("The reference gives the published numbers for the seed 1234567")
  func published() {
    var reference = Reference(x: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
    ]
    #expect(expected.map { _ in reference.next() } == expected)
  }

  @Test("A stream is the published one, begun at the first number after the seed")
  func agrees() {
    var seeding = Reference(x: 1_234_567)
    var reference = Reference(x: seeding.next())
    var random = SplitMix64(seed: 1_234_567)
    for _ in 0..<1_000 { #expect(random.next() == reference.next()) }
  }

  @Test("The same seed and names give the same stream")
  func deterministic() {
    var (a, b) = (SplitMix64(seed: 7, 1, 2), SplitMix64(seed: 7, 1, 2))
    for _ in 0..<100 { #expect(a.next() == b.next()) }
  }

  @Test("Streams of other seeds, names or orders of names share no number")
  func streamsDiffer() {
    var streams: [SplitMix64] = [
      SplitMix64(seed: 7, 1, 2), SplitMix64(seed: 7, 2, 1), SplitMix64(seed: 8, 1, 2),
      SplitMix64(seed: 7, 1), SplitMix64(seed: 7), SplitMix64(seed: 7, 0),
      SplitMix64(seed: 7, 0, 0),
    ]
    // Neighbouring names are what training uses: (seed, step, item).
    for item in UInt64(0)..<100 { streams.append(SplitMix64(seed: 9, 3, item)) }
    var seen: Set<UInt64> = []
    for index in streams.indices {
      for _ in 0..<100 { seen.insert(streams[index].next()) }
    }
    #expect(seen.count == streams.count * 100)
  }

  @Test("Uniform numbers fill [0, 1) evenly", arguments: [0, 1, UInt64.max])
  func uniform(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let (count, bins) = (100_000, 100)
    var counts = [Int](repeating: 0, count: bins)
    for _ in 0..<count {
      let number = random.uniform()
      guard number >= 0, number < 1 else {
        Issue.record("\(number) is not in [0, 1)")
        return
      }
      counts[Int(number * Double(bins))] += 1
    }
    let expected = Double(count / bins)
    let chiSquared = counts.map { (Double($0) - expected) * (Double($0) - expected) / expected }
      .reduce(0, +)
    // 99 degrees of freedom: beyond 149 once in a thousand seeds, below 61 as rarely.
    #expect(chiSquared > 61 && chiSquared < 149)
  }

  @Test("The first numbers of neighbouring streams are uncorrelated")
  func neighbours() {
    let first = (UInt64(0)..<20_000).map { item -> Double in
      var random = SplitMix64(seed: 1, item)
      return random.uniform() - 0.5
    }
    let covariance = zip(first, first.dropFirst()).map { $0 * $1 }.reduce(0, +) / 20_000
    #expect(abs(covariance) < 4.0 / 12 / 141.4)  // four standard deviations
  }
}
