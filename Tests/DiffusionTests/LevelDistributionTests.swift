import Core
import Diffusion
import Foundation
import Schedules
import TestSupport
import Testing

@Suite struct LevelDistributionTests {
  private func levels(
    _ distribution: LevelDistribution, of schedule: NoiseSchedule, count: Int = 20_000,
    first: Int = 0, seed: UInt64 = 5
  ) throws -> [NoiseLevel] {
    var objective = Objective()
    objective.levels = distribution
    let table = try schedule.table()
    return (first..<first + count).map { objective.level(of: $0, seed: seed, in: table) }
  }

  /// A level is a function of seed and draw, on the schedule's path, and noisy.
  @Test(arguments: LevelDistribution.allCases, [NoiseSchedule.cosine, .edm, .flow])
  func drawsAreFunctions(distribution: LevelDistribution, schedule: NoiseSchedule) throws {
    let some = try levels(distribution, of: schedule, count: 100)
    #expect(try levels(distribution, of: schedule, count: 40, first: 60) == Array(some[60...]))
    if distribution != .noisiest {
      #expect(try levels(distribution, of: schedule, count: 100, seed: 6) != some)
    }
    for level in some {
      #expect(level.sigma > 0)
      let same = level.on(schedule.path)
      expectClose(same.alpha, level.alpha, rtol: 1e-12)
    }
  }

  @Test func theNoisiestIsTheLastOfTheSchedule() throws {
    #expect(try Set(levels(.noisiest, of: .flow)) == [NoiseLevel(alpha: 0, sigma: 1)])
    #expect(
      try Set(levels(.noisiest, of: .cosine, count: 9)) == [NoiseSchedule.cosine.table()[999]])
  }

  @Test func uniformDrawsAreTimesteps() throws {
    let table = try NoiseSchedule.linear.table()
    let all = Set(table.levels)
    let drawn = try levels(.uniform, of: .linear)
    #expect(drawn.allSatisfy(all.contains))
    #expect(Set(drawn).count == 1000, "every timestep comes up in 20,000 draws")
  }

  /// Any 32 draws in a row leave no gap wider than 3/32 of the timesteps (the golden ratio's
  /// sequence has gaps of three sizes, the greatest below 2.7/N); independent ones do.
  @Test func stratifiedDrawsCoverTheSchedule() throws {
    let table = try NoiseSchedule.linear.table()
    func widestGap(_ distribution: LevelDistribution, first: Int) throws -> Double {
      let places = try levels(distribution, of: .linear, count: 32, first: first).map {
        table.timestep(of: $0) / 1000
      }.sorted()
      return zip(places, places.dropFirst()).map { $1 - $0 }.max() ?? 1
    }
    for first in [0, 7, 1_000, 123_456] {
      #expect(try widestGap(.stratified, first: first) < 3.0 / 32)
    }
    #expect(try [0, 7, 1_000, 123_456].contains { try widestGap(.waveGrad, first: $0) > 3.0 / 32 })
  }

  /// Mean and deviation within five standard errors of what was asked for.
  @Test func logNormalMoments() throws {
    let logs = try levels(.logNormal, of: .edm).map { log($0.sigma / $0.alpha) }
    expectMoments(logs, mean: -1.2, deviation: 1.2)
  }

  @Test func logitNormalMoments() throws {
    let table = try NoiseSchedule.flow.table()
    let logits = try levels(.logitNormal, of: .flow).map { level in
      // The straight path's √ᾱ does not run evenly in t between timesteps, but nearly.
      let t = (table.timestep(of: level) + 1) / 1000
      return log(t / (1 - t))
    }.filter(\.isFinite)
    expectMoments(logits, mean: 0, deviation: 1, slack: 0.02)
  }

  private func expectMoments(
    _ values: [Double], mean: Double, deviation: Double, slack: Double = 0
  ) {
    let n = Double(values.count)
    let found = values.reduce(0, +) / n
    let spread = (values.reduce(0) { $0 + ($1 - found) * ($1 - found) } / n).squareRoot()
    let error = deviation / n.squareRoot()
    expectClose(found, mean, atol: 5 * error + slack)
    expectClose(spread, deviation, atol: 5 * error + slack)
  }
}
