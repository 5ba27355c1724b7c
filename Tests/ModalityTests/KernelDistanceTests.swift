import Core
import Modality
import TestSupport
import Testing

@Suite struct KernelDistanceTests {
  /// Real {-1, 1} is standardised to itself; made {1, 1}: within 8 and (1 - 1)³ = 0, between
  /// (8 + 0) / 2 = 4, so 8 + 0 - 8 = 0; made {3, 3}: 1000 + 0 - 2·(64 - 8)/2 = 944.
  @Test func smallSetsByHand() throws {
    expectClose(try kernelDistance([[1], [1]], [[-1], [1]]), 0, atol: 1e-12)
    expectClose(try kernelDistance([[3], [3]], [[-1], [1]]), 944, atol: 1e-9)
  }

  /// Shift and scale of a feature in both sets change nothing.
  @Test func unitsDoNotMatter() throws {
    var random = SplitMix64(seed: 1)
    let a = (0..<20).map { _ in (0..<3).map { _ in Float(random.uniform()) } }
    let b = (0..<20).map { _ in (0..<3).map { _ in Float(random.uniform() * 1.3) } }
    let scaled = { (set: [[Float]]) in set.map { [100 * $0[0] + 5, $0[1], $0[2]] } }
    expectClose(
      try kernelDistance(scaled(a), scaled(b)), try kernelDistance(a, b), rtol: 1e-4, atol: 1e-6)
  }

  /// Of one distribution the mean over draws is 0; the more a set is shifted, the farther it is.
  @Test func growsWithTheShift() throws {
    func set(_ seed: UInt64, shift: Double) -> [[Float]] {
      var random = SplitMix64(seed: seed)
      return (0..<60).map { _ in (0..<4).map { _ in Float(random.uniform() + shift) } }
    }
    func mean(_ shift: Double) throws -> Double {
      try (0..<20).reduce(0) {
        try $0 + kernelDistance(set(UInt64($1), shift: shift), set(UInt64($1) + 100, shift: 0)) / 20
      }
    }
    let distances = try [0, 0.2, 0.4, 0.8].map(mean)
    #expect(abs(distances[0]) < 0.03, "\(distances)")
    #expect(zip(distances, distances.dropFirst()).allSatisfy { $0 * 2 < $1 }, "\(distances)")
  }

  @Test func tooFewOrUnequalAreRefused() throws {
    try expectError(.invalidData, containing: "at least 2") {
      _ = try kernelDistance([[1]], [[1], [2]])
    }
    try expectError(.invalidData, containing: "unequal") {
      _ = try kernelDistance([[1], [1, 2]], [[1], [2]])
    }
  }
}
