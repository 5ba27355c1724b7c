import Core
import Foundation
import TestSupport
import Testing

@testable import Modality

@Suite struct FrechetDistanceTests {
  private func distance(_ a: Moments, _ b: Moments) -> Double { squaredFrechetDistance(a, b) }

  /// |m₁ - m₂|², and Σ (√a - √b)² over the variances where covariances commute.
  @Test func shiftsAndScalesHaveClosedForms() {
    let plain = Moments(mean: [0, 0, 0], covariance: [1, 0, 0, 0, 1, 0, 0, 0, 1])
    let shifted = Moments(mean: [1, -2, 3], covariance: plain.covariance)
    let scaled = Moments(mean: [0, 0, 0], covariance: [4, 0, 0, 0, 9, 0, 0, 0, 0.25])
    expectClose(distance(plain, plain), 0, atol: 1e-12)
    expectClose(distance(plain, shifted), 14, atol: 1e-12)
    expectClose(distance(plain, scaled), 1 + 4 + 0.25, atol: 1e-12)
    expectClose(distance(scaled, plain), 1 + 4 + 0.25, atol: 1e-12)
    // Eigenvectors (1, 1) and (1, -1): variances 3 and 1, and 8 and 2.
    let a = Moments(mean: [0, 0], covariance: [2, 1, 1, 2])
    let b = Moments(mean: [0, 0], covariance: [5, 3, 3, 5])
    let expected = 3 + 1 + 8 + 2 - 2 * (24.0.squareRoot() + 2.0.squareRoot())
    expectClose(distance(a, b), expected, atol: 1e-12)
  }

  /// In two dimensions tr √M = √(tr M + 2 √det M), for covariances that do not commute.
  @Test func twoDimensionsThatDoNotCommute() {
    let a = Moments(mean: [0, 0], covariance: [2, 0.5, 0.5, 1])
    let b = Moments(mean: [0, 0], covariance: [1, -0.75, -0.75, 3])
    // tr(ab) = 2 - .375 - .375 + 3, det(ab) = 1.75 · 2.4375.
    let root = (4.25 + 2 * (1.75 * 2.4375).squareRoot()).squareRoot()
    expectClose(distance(a, b), 7 - 2 * root, atol: 1e-12)
    expectClose(distance(b, a), 7 - 2 * root, atol: 1e-12)
  }

  /// scipy.linalg.sqrtm of the product of XXᵀ and YYᵀ, worked out apart from this code; see
  /// `moments` for X and Y.
  @Test(arguments: [(4, 5.636003083817151), (30, 267.9485390368908)])
  func manyDimensionsAsSciPy(d: Int, expected: Double) {
    expectClose(distance(moments(d, 0.37), moments(d, 0.91)), expected, rtol: 1e-10)
  }

  /// Xᵢⱼ = sin(phase (3i + 1)(j + 2)) + (i == j), mean i / d times the phase.
  private func moments(_ d: Int, _ phase: Double) -> Moments {
    var x = [[Double]](repeating: [], count: d)
    for i in 0..<d {
      x[i] = (0..<d).map { j in sin(phase * Double((3 * i + 1) * (j + 2))) }
      x[i][i] += 1
    }
    var covariance: [Double] = []
    for a in x { for b in x { covariance.append(zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }) } }
    return Moments(mean: (0..<d).map { phase * Double($0) / Double(d) }, covariance: covariance)
  }

  /// A set that does not vary: tr C of the other, and no root of a rounding error.
  @Test func singularCovariancesAreExact() {
    let point = Moments(mean: [1, 0], covariance: [0, 0, 0, 0])
    let line = Moments(mean: [0, 0], covariance: [1, 1, 1, 1])
    let across = Moments(mean: [0, 0], covariance: [1, -1, -1, 1])
    expectClose(distance(point, line), 3, atol: 1e-12)
    expectClose(distance(line, line), 0, atol: 1e-12)
    expectClose(distance(line, across), 4, atol: 1e-12)
  }

  /// Formulas 3.2 of Ledoit and Wolf as sums over items, worked out apart from this code.
  @Test func shrinkageIsThatOfLedoitAndWolf() {
    let items = (1...9).map { n in
      (1...4).map { i -> Double in sin(Double(n)) * Double(i) + 0.3 * sin(Double(n * (i + 1))) }
    }
    expectClose(Moments(of: items).shrinkage, 0.10848314412880136, atol: 1e-12)
    let shrunk = Moments(mean: [0, 0], covariance: [3, 1, 1, 1]).shrunk(by: 0.25)
    #expect(shrunk.covariance == [2.75, 0.75, 0.75, 1.25])
  }

  /// Real {±1} is standardised to itself: made {1, 3} has mean 2 and variance 1.
  @Test func smallSetsByHand() throws {
    expectClose(try frechetDistance([[1], [3]], [[-1], [1]]), 4, atol: 1e-12)
    expectClose(try frechetDistance([[-1], [1]], [[-1], [1]]), 0, atol: 1e-12)
    expectClose(try frechetDistance([[-3], [3]], [[-1], [1]]), 4, atol: 1e-12)
    // In other units the same.
    expectClose(try frechetDistance([[110], [130]], [[90], [110]]), 4, atol: 1e-5)
  }

  /// Fewer items than features: a set's distance to another of the same kind is far below the
  /// distance to one of another kind.
  @Test func fewItemsOfManyFeaturesStillTell() throws {
    func set(_ seed: UInt64, _ count: Int, shift: Double = 0, scale: Double = 1) -> [[Float]] {
      var random = SplitMix64(seed: seed)
      return (0..<count).map { _ -> [Float] in
        (0..<40).map { _ -> Float in Float(scale * (random.uniform() - 0.5) + shift) }
      }
    }
    let real = set(1, 12)
    let same = try frechetDistance(set(2, 12), real)
    #expect(same.isFinite && same > 0)
    #expect(try frechetDistance(set(3, 12, shift: 0.5), real) > 2 * same)
    #expect(try frechetDistance(set(4, 12, scale: 0.1), real) > 1.5 * same)
    #expect(try frechetDistance(real, real) < 1e-10)
  }

  @Test func badSetsAreRefused() throws {
    try expectError(.invalidData, containing: "at least 2 items", "1 and 2") {
      _ = try frechetDistance([[1]], [[1], [2]])
    }
    try expectError(.invalidData, containing: "unequal") {
      _ = try frechetDistance([[1], [1, 2]], [[1], [2]])
    }
    try expectError(.invalidData, containing: "not numbers") {
      _ = try frechetDistance([[1], [.nan]], [[1], [2]])
    }
  }
}
