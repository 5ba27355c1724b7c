import Foundation
import Schedules
import TestSupport
import Testing

@Suite struct NoiseTableTests {
  static let named: [NoiseSchedule] = [.linear, .cosine, .sigmoid, .waveGrad]

  /// The closed form equals the chain x_t = √(1 − β_t)·x_{t−1} + √β_t·ε, step by step.
  @Test(arguments: named + seeds.map(randomSchedule))
  func closedFormEqualsChain(schedule: NoiseSchedule) throws {
    let table = try schedule.table()
    var (mean, variance) = (1.0, 0.0)
    for (beta, level) in zip(table.betas, table.levels) {
      mean *= (1 - beta).squareRoot()
      variance = (1 - beta) * variance + beta
      expectClose(level.alpha, mean, rtol: 1e-12)
      expectClose(level.sigma * level.sigma, variance, rtol: 1e-12)
    }
  }

  @Test(arguments: named + seeds.map(randomSchedule))
  func fallsStrictly(schedule: NoiseSchedule) throws {
    let table = try schedule.table()
    #expect(table.count == schedule.numTrainTimesteps)
    #expect(zip(table.alphasCumprod, table.alphasCumprod.dropFirst()).allSatisfy(>))
    #expect(zip(table.levels, table.levels.dropFirst()).allSatisfy { $0.logSNR > $1.logSNR })
    #expect(table.alphasCumprod.allSatisfy { 0 < $0 && $0 < 1 })
  }

  @Test(arguments: seeds) func timestepOfEveryLevel(seed: UInt64) throws {
    let table = try randomTable(seed: seed)
    for t in 0..<table.count {
      expectClose(table.timestep(of: table[t]), Double(t), atol: 1e-12 * Double(table.count))
    }
  }

  /// A quarter of the way in √ᾱ is a quarter of a timestep, for a variance-exploding level too.
  @Test(arguments: named) func timestepBetweenLevels(schedule: NoiseSchedule) throws {
    let table = try schedule.table()
    for segment in 2...table.count {
      let level = table.continuousLevel(segment: segment, fraction: 0.25)
      let scaled = NoiseLevel(alpha: 1, sigma: level.sigma / level.alpha)
      let expected = Double(segment) - 1.25
      expectClose(table.timestep(of: level), expected, atol: 1e-9)
      expectClose(table.timestep(of: scaled), expected, atol: 1e-9)
    }
  }

  @Test func timestepBeyondTheTable() throws {
    let table = try PublishedScheduleTests.diffWave.table()
    #expect(table.timestep(of: .clean) == 0)
    #expect(table.timestep(of: NoiseLevel(alpha: 0, sigma: 1)) == 49)
  }

  /// l_0 = 1 and l_s = √ᾱ_{s−1}: segment s spans l_s to l_{s−1}, evenly in √ᾱ.
  @Test(arguments: named) func continuousLevel(schedule: NoiseSchedule) throws {
    let table = try schedule.table()
    #expect(table.continuousLevel(segment: 1, fraction: 1) == .clean)
    for segment in [1, 2, 500, 999, 1000] {
      let noisier = table[segment - 1]
      let cleaner = segment == 1 ? NoiseLevel.clean : table[segment - 2]
      for (fraction, end) in [(0.0, noisier), (1.0, cleaner)] {
        let level = table.continuousLevel(segment: segment, fraction: fraction)
        expectClose(level.alpha, end.alpha, atol: 1e-15)
        expectClose(level.sigma, end.sigma, rtol: 1e-12)
      }
      let level = table.continuousLevel(segment: segment, fraction: 0.3)
      expectClose(level.noiseLevel, 0.7 * noisier.alpha + 0.3 * cleaner.alpha, rtol: 1e-12)
      expectClose(level.alpha * level.alpha + level.sigma * level.sigma, 1, rtol: 1e-14)
    }
  }

  /// sigma keeps its digits where 1 − ᾱ would have lost ten of them.
  @Test func cleanEndIsPrecise() throws {
    let level = try NoiseSchedule.waveGrad.table()[0]
    expectClose(level.sigma, 1e-3, rtol: 1e-15)
  }
}
