import Core
import Foundation
import Schedules
import TestSupport
import Testing

@Suite struct ProcessPathTests {
  @Test(arguments: ProcessPath.allCases, Array(UInt64(0)..<20))
  func changesOfPathRoundTrip(path: ProcessPath, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let level = NoiseLevel(logSNR: 20 * random.uniform() - 10)
    let other = level.on(path)
    expectClose(other.snr, level.snr, rtol: 1e-12)
    let back = other.on(.variancePreserving)
    expectClose(back.alpha, level.alpha, rtol: 1e-12)
    expectClose(back.sigma, level.sigma, rtol: 1e-12)
    switch path {
    case .variancePreserving: expectClose(hypot(other.alpha, other.sigma), 1, rtol: 1e-12)
    case .varianceExploding: #expect(other.alpha == 1)
    case .flow: expectClose(other.alpha + other.sigma, 1, rtol: 1e-12)
    }
  }

  @Test func edmRunsFromMinimumToMaximum() throws {
    let table = try NoiseSchedule.edm.table()
    #expect(table.count == 1000)
    #expect(table[0] == NoiseLevel(alpha: 1, sigma: 0.002))
    #expect(table[999] == NoiseLevel(alpha: 1, sigma: 80))
  }

  /// k = 3 on t = 1, .75, .5, .25: 1, .9, .75, .5, once.
  @Test func flowIsShiftedOnce() throws {
    var schedule = NoiseSchedule.flow
    (schedule.shift, schedule.numTrainTimesteps) = (3, 4)
    let table = try schedule.table(for: .flow)
    expectClose(table.levels.map(\.sigma), [0.5, 0.75, 0.9, 1], rtol: 1e-14)
    expectClose(table.levels.map(\.alpha), [0.5, 0.25, 0.1, 0], atol: 1e-15)
    schedule.shift = 1
    expectClose(try schedule.table(for: .flow).levels.map(\.sigma), [0.25, 0.5, 0.75, 1])
  }

  /// Lin et al. 2023, algorithm 1: the last √ᾱ is 0, the first stays, the others are
  /// (√ᾱ_t − √ᾱ_T)·√ᾱ_1/(√ᾱ_1 − √ᾱ_T).
  @Test(arguments: [NoiseSchedule.linear, .waveGrad, .sigmoid])
  func zeroTerminalSNR(schedule: NoiseSchedule) throws {
    let before = try schedule.table().levels.map(\.alpha)
    var rescaled = schedule
    rescaled.rescaleBetasZeroSNR = true
    let levels = try rescaled.table(for: .velocity).levels
    #expect(levels[999] == NoiseLevel(alpha: 0, sigma: 1))
    #expect(levels[0].alpha == before[0])
    for (level, alpha) in zip(levels, before) {
      expectClose(
        level.alpha, (alpha - before[999]) * before[0] / (before[0] - before[999]), atol: 1e-13)
      expectClose(hypot(level.alpha, level.sigma), 1, rtol: 1e-13)
    }
    try expectError(.configuration, containing: "zeroTerminalSNRWithEpsilon") {
      _ = try rescaled.table(for: .epsilon)
    }
  }

  /// Whatever the settings: ᾱ falls strictly from below 1 to 0 or more, and every level is noisy.
  @Test(arguments: Array(UInt64(0)..<40)) func levelsFallStrictly(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for path in ProcessPath.allCases {
      var schedule = NoiseSchedule.linear
      schedule.path = path
      if path != .variancePreserving { schedule.betaSchedule = .cosine }
      schedule.numTrainTimesteps = Int.random(in: 2...1500, using: &random)
      schedule.sigmaMin = exp(-7 + 3 * random.uniform())
      schedule.sigmaMax = exp(1 + 4 * random.uniform())
      schedule.rho = 1 + 9 * random.uniform()
      schedule.shift = exp(2 * random.uniform() - 1)
      schedule.rescaleBetasZeroSNR = seed % 2 == 0
      let table = try schedule.table()
      let ᾱ = table.alphasCumprod
      #expect(zip(ᾱ, ᾱ.dropFirst()).allSatisfy(>))
      #expect(ᾱ.allSatisfy { 0 <= $0 && $0 < 1 })
      #expect(table.levels.allSatisfy { $0.sigma > 0 })
      for _ in 0..<20 {
        let segment = Int.random(in: 1...table.count, using: &random)
        let level = table.continuousLevel(segment: segment, fraction: random.uniform())
        #expect(level.sigma > 0)
        expectClose(level.on(path).sigma, level.sigma, rtol: 1e-12)
      }
    }
  }

  @Test(arguments: [
    ("sigma_min", 0.0), ("sigma_max", 0.001), ("rho", -1.0), ("shift", 0.0),
  ])
  func badSettings(key: String, value: Double) throws {
    for path in [ProcessPath.varianceExploding, .flow] {
      var schedule = try NoiseSchedule(overriding: .object([key: .number(value)]))
      schedule.path = path
      #expect(schedule.lint().contains { $0.fault == .pathSettings && $0.message.contains(key) })
    }
  }

  /// A setting that another path reads is said to have no effect.
  @Test(arguments: ["sigma_min", "sigma_max", "rho", "shift"])
  func unreadSettings(key: String) throws {
    let schedule = try NoiseSchedule(overriding: .object([key: .number(1.5)]))
    #expect(schedule.lint().map(\.fault) == [.unusedSetting])
    #expect(schedule.lint()[0].message.contains(key))
  }
}
