import Core
import Foundation
import Modality
import TestSupport
import Testing

@Suite struct MemorizationTests {
  private func draw(_ count: Int, seed: UInt64) -> [[Float]] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in (0..<6).map { _ in Float(random.uniform()) } }
  }

  @Test func aCopiedTrainingSetIsFoundWhole() throws {
    let training = draw(200, seed: 1)
    let (summary, nearest) = try Memorization.measure(
      made: Array(training[50..<90]), real: draw(100, seed: 2), training: training)
    #expect(summary.training == 200)
    #expect(summary.madeDistance == 0 && summary.realDistance > 0.1)
    #expect(summary.nearerShare == 1)
    #expect(nearest.map(\.index) == Array(50..<90))
    #expect(nearest.allSatisfy { $0.distance == 0 })
  }

  /// Half copied, half new.
  @Test func halfACopyIsFoundHalf() throws {
    let training = draw(300, seed: 1)
    let made = Array(training[..<100]) + draw(100, seed: 3)
    let (summary, _) = try Memorization.measure(
      made: made, real: draw(200, seed: 2), training: training)
    #expect((0.5..<0.56).contains(summary.nearerShare), "\(summary.nearerShare)")
  }

  /// Draws from the same distribution are nearer than 95 % of others in 5 % of the cases.
  @Test func newItemsAreNearerByChance() throws {
    let (summary, _) = try Memorization.measure(
      made: draw(1_000, seed: 4), real: draw(1_000, seed: 5), training: draw(400, seed: 6))
    expectClose(summary.nearerShare, 0.05, atol: 0.03)
    expectClose(summary.madeDistance, summary.realDistance, rtol: 0.05)
  }

  /// Training {±1} is standardised to itself; of two features one stands still.
  @Test func distancesByHand() throws {
    let training: [[Float]] = [[-1, 0], [1, 0]]
    let (summary, nearest) = try Memorization.measure(
      made: [[1.5, 0], [-1, 0]], real: [[0.8, 0], [0, 0], [-1, 0]], training: training)
    #expect(nearest.map(\.index) == [1, 0])
    expectClose(nearest[0].distance, 0.5 / 2.0.squareRoot(), atol: 1e-12)
    expectClose(summary.madeDistance, 0.25 / 2.0.squareRoot(), atol: 1e-12)
    expectClose(summary.realDistance, 0.2 / 2.0.squareRoot(), atol: 1e-7)
    // 0 is not nearer than the real 0.
    #expect(summary.nearerShare == 0)
  }

  @Test func anEmptySetIsRefused() throws {
    try expectError(.invalidData, containing: "at least 1 item of each") {
      _ = try Memorization.measure(made: [[1]], real: [[1]], training: [])
    }
  }
}
