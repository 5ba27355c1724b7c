import Schedules
import TestSupport
import Testing

@Suite struct LadderTests {
  /// Each step leads to the level of the next rung, and the last to clean.
  @Test(arguments: TimestepSpacing.allCases, seeds)
  func walksDownToClean(spacing: TimestepSpacing, seed: UInt64) throws {
    let table = try randomTable(seed: seed)
    for steps in Set([1, min(2, table.count), (table.count + 2) / 3, table.count]) {
      let ladder = try table.ladder(steps: steps, spacing: spacing)
      #expect(ladder.count == steps)
      #expect(ladder.allSatisfy { $0.level.logSNR < $0.next.logSNR })
      #expect(zip(ladder, ladder.dropFirst()).allSatisfy { $0.next == $1.level })
      #expect(ladder.allSatisfy { $0.timestep.map(table.level(at:)) == $0.level })
      #expect(ladder.last?.next == .clean)
      #expect(ladder.start == ladder.first?.level)
    }
  }

  /// Five trailing steps of 1000: 199 leads to clean, not to timestep 199 − 200 or 0.
  @Test(arguments: [
    (TimestepSpacing.trailing, [799, 599, 399, 199]), (.linspace, [749, 500, 250, 0]),
    (.leading, [600, 400, 200, 0]),
  ])
  func nextLevels(spacing: TimestepSpacing, next: [Int]) throws {
    let table = try NoiseSchedule.linear.table()
    let ladder = try table.ladder(steps: 5, spacing: spacing)
    #expect(ladder.map(\.next) == next.map { table[$0] } + [.clean])
  }

  @Test func fullLadder() throws {
    let table = try NoiseSchedule.cosine.table()
    #expect(table.fullLadder.map(\.timestep) == (0..<1000).reversed())
    #expect(table.fullLadder == (try table.ladder(steps: 1000, spacing: .trailing)))
  }

  @Test func finalLevelFirst() throws {
    let table = try NoiseSchedule.linear.table()
    let leading = try table.ladder(steps: 5, spacing: .leading, finalLevel: .first)
    #expect(leading.last == LadderStep(level: table[0], next: table[0], timestep: 0))
    let trailing = try table.ladder(steps: 5, spacing: .trailing, finalLevel: .first)
    #expect(trailing.last == LadderStep(level: table[199], next: table[0], timestep: 199))
  }

  @Test func explicitLevels() throws {
    let levels = [-4.0, -1, 2].map(NoiseLevel.init(logSNR:)) + [.clean]
    let ladder = try Ladder(levels: levels)
    #expect(ladder.map(\.level) == Array(levels.dropLast()))
    #expect(ladder.map(\.next) == Array(levels.dropFirst()))
  }

  @Test func rejectsLevels() throws {
    let level = NoiseLevel(logSNR: 1)
    try expectError(.configuration, containing: "at least 2", "found 1") {
      _ = try Ladder(levels: [level])
    }
    try expectError(.configuration, containing: "levels[1]") {
      _ = try Ladder(levels: [level, level])
    }
    try expectError(.configuration, containing: "levels[2]") {
      _ = try Ladder(levels: [level, .clean, NoiseLevel(logSNR: 0)])
    }
    try expectError(.configuration, containing: "levels[1]") {
      _ = try Ladder(levels: [NoiseLevel(alpha: .nan, sigma: 1), .clean])
    }
    try expectError(.configuration, containing: "negativeBeta", "betas[1]") {
      _ = try Ladder(betas: [0.1, -0.1])
    }
    try expectError(.configuration, containing: "empty") { _ = try Ladder(betas: []) }
  }
}
