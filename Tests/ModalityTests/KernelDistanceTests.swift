import Core
import Foundation
import Modality
import TestSupport
import Testing

@Suite struct KernelDistanceTests {
  /// The kernel over a distance of r in one dimension.
  private func kernel(_ r: Double) -> Double {
    [0.2, 0.5, 1, 2, 5].reduce(0) { $0 + pow(1 + r * r / (2 * $1), -$1) } / 5
  }

  /// Real {-1, 1} is standardised to itself. Made {1, 1}: within 1 and k(2), between (k(0) + k(2))/2;
  /// made {9, 9} counts as {5, 5}.
  @Test func smallSetsByHand() throws {
    expectClose(try kernelDistance([[1], [1]], [[-1], [1]]), 0, atol: 1e-12)
    expectClose(
      try kernelDistance([[9], [9]], [[-1], [1]]), 1 + kernel(2) - kernel(6) - kernel(4),
      atol: 1e-12)
    // Worked out apart from this code.
    expectClose(kernel(2), 0.3671050563198015, atol: 1e-15)
  }

  /// Shift and scale of features in both sets change nothing.
  @Test func unitsDoNotMatter() throws {
    var random = SplitMix64(seed: 1)
    let a = (0..<20).map { _ in (0..<3).map { _ in Float(random.uniform()) } }
    let b = (0..<20).map { _ in (0..<3).map { _ in Float(random.uniform() * 1.3) } }
    let scaled = { (set: [[Float]]) in set.map { row in row.map { 100 * $0 + 5 } } }
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

  /// A feature that hardly varies counts a tenth as much as one that does: what is 0.01 off there is
  /// near, what is 1 off is not.
  @Test func whatHardlyVariesDoesNotDecide() throws {
    let real: [[Float]] = [[-1, 0], [1, 0], [-1, 0], [1, 0]]
    func distance(_ off: Float) throws -> Double {
      try kernelDistance(real.map { [$0[0], $0[1] + off] }, real)
        - kernelDistance(real, real)
    }
    #expect(try distance(0.01) < 0.01)
    #expect(try distance(1) > 0.5)
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
