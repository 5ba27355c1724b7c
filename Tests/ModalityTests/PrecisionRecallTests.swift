import Core
import Foundation
import Modality
import TestSupport
import Testing

@Suite struct PrecisionRecallTests {
  /// `count` points 0.01 apart on a line, from `start`; a second feature stands still.
  private func line(_ count: Int, from start: Double) -> [[Float]] {
    (0..<count).map { [Float(start + 0.01 * Double($0)), 1] }
  }

  private func expect(
    _ made: [[Float]], _ real: [[Float]], precision: Double, recall: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let found = try precisionAndRecall(made, real)
    expectClose(found.precision, precision, atol: 1e-12, sourceLocation: sourceLocation)
    expectClose(found.recall, recall, atol: 1e-12, sourceLocation: sourceLocation)
  }

  @Test func equalSetsHaveBoth() throws {
    try expect(line(20, from: 0), line(20, from: 0), precision: 1, recall: 1)
  }

  @Test func setsThatLieApartHaveNeither() throws {
    try expect(line(20, from: 0.5), line(20, from: 0), precision: 0, recall: 0)
  }

  /// Two clusters are real: whoever makes one of them is precise and has half the recall, whoever
  /// makes both and a third is two thirds precise and recalls all.
  @Test func halfCoveredAndMoreThanCovered() throws {
    let (one, two, three) = (line(10, from: 0), line(10, from: 1), line(10, from: 0.5))
    try expect(one, one + two, precision: 1, recall: 0.5)
    try expect(one + two + three, one + two, precision: 2.0 / 3, recall: 1)
  }

  /// A model that always makes one and the same item is precise and recalls that item alone.
  @Test func oneItemOverAndOver() throws {
    let real = line(20, from: 0)
    try expect(Array(repeating: real[7], count: 12), real, precision: 1, recall: 1.0 / 20)
  }

  /// Real 0, 1, 2, 4, 8, 16 have radii 4, 3, 2, 4, 7, 14, so that what is real reaches from -4 to 30.
  @Test func ballsReachToTheThirdNeighbour() throws {
    let real = [0, 1, 2, 4, 8, 16].map { [Float($0)] }
    let made = [22, 25, 29.9, 30.1, -3.9, -4.1].map { [Float($0)] }
    let found = try precisionAndRecall(made, real)
    expectClose(found.precision, 4.0 / 6, atol: 1e-12)
  }

  @Test func fewerThanFourAreRefused() throws {
    let real = line(9, from: 0)
    try expectError(.invalidData, containing: "at least 4 items", "3 and 9") {
      _ = try precisionAndRecall(Array(real.prefix(3)), real)
    }
  }
}
