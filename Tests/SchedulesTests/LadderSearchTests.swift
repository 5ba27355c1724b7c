import Core
import Foundation
import Schedules
import TestSupport
import Testing

@Suite struct LadderSearchTests {
  /// A cost with one minimum, at levels that are known.
  @Test func knownMinimumIsFound() {
    let wanted = [80, 12.0, 3, 0.7, 0.2, 0.04]
    let start = [80, 30.0, 10, 1.5, 0.3, 0.01]
    var costs = 0
    let found = searchLadder(from: start) { sigmas in
      costs += 1
      return zip(sigmas, wanted).reduce(0) { $0 + pow(log($1.0 / $1.1), 2) }
    }
    #expect(found.cost < 0.05 * zip(start, wanted).reduce(0) { $0 + pow(log($1.0 / $1.1), 2) })
    #expect(found.sigmas[0] == 80)
    #expect(costs <= 41)
  }

  /// Whatever the cost says: what comes out falls strictly, costs what is said, and no more than
  /// the start.
  @Test(arguments: Array(UInt64(0)..<20)) func laws(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let start = (0..<5).map { _ in 6 * random.uniform() }.sorted(by: >).map { exp($0 - 3) }
    func cost(_ sigmas: [Double]) -> Double {
      sigmas.reduce(0) { sin(9 * $0 + log($1)) + $0 / 2 }
    }
    let found = searchLadder(from: start, cost: cost)
    #expect(zip(found.sigmas, found.sigmas.dropFirst()).allSatisfy(>))
    #expect(found.cost <= cost(start))
    #expect(found.cost == cost(found.sigmas))
    #expect(found.sigmas.allSatisfy { $0 > 0 && $0.isFinite })
  }

  @Test func oneLevelStays() {
    #expect(searchLadder(from: [80]) { $0[0] }.sigmas == [80])
  }
}
