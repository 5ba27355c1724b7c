import Foundation
import Schedules
import TestSupport
import Testing

@Suite struct SigmaSpacingTests {
  /// σ from 80 to 0.002, ρ = 7, N = 18 (Karras et al. 2022), to the seven digits published.
  @Test func karrasPublished() throws {
    let published = [
      80, 57.58598, 40.78557, 28.37458, 19.35245, 12.91008, 8.400935, 5.315195, 3.256822, 1.92334,
      1.088171, 0.5853481, 0.2964423, 0.1395165, 0.05994731, 0.02293452, 0.00752802, 0.002,
    ]
    let sigmas = try SigmaSpacing.karras.sigmas(steps: 18, from: 80, to: 0.002)
    expectClose(sigmas, published, rtol: 5e-7)
  }

  @Test func exponentialIsEvenInLogSNR() throws {
    let sigmas = try SigmaSpacing.exponential.sigmas(steps: 5, from: 100, to: 0.01)
    expectClose(sigmas, [100, 10, 1, 0.1, 0.01], rtol: 1e-12)
  }

  /// ρ = 1 is even in σ.
  @Test func rho() throws {
    let sigmas = try SigmaSpacing.karras.sigmas(steps: 5, from: 9, to: 1, rho: 1)
    expectClose(sigmas, [9, 7, 5, 3, 1], rtol: 1e-12)
  }

  @Test(arguments: SigmaSpacing.allCases) func oneStep(spacing: SigmaSpacing) throws {
    expectClose(try spacing.sigmas(steps: 1, from: 80, to: 0.002), [80], rtol: 1e-12)
  }

  /// From the noisiest trained level to the cleanest, whatever the schedule and the number of steps,
  /// and then to no noise at all.
  @Test(arguments: SigmaSpacing.allCases, seeds)
  func laddersFall(spacing: SigmaSpacing, seed: UInt64) throws {
    let table = try randomTable(seed: seed)
    guard table.count > 1 else { return }
    for steps in [1, 2, 7, 50, 333, 2000] {
      let ladder = try table.ladder(steps: steps, spacing: spacing)
      #expect(ladder.count == steps)
      #expect(ladder.allSatisfy { $0.level.logSNR < $0.next.logSNR })
      #expect(zip(ladder, ladder.dropFirst()).allSatisfy { $0.next == $1.level })
      #expect(ladder.goal == .clean)
      #expect(ladder.goal.sigma == 0)
      expectClose(ladder.start.alpha, table[table.count - 1].alpha, rtol: 1e-11)
      if steps > 1 { expectClose(ladder[steps - 1].level.sigma, table[0].sigma, rtol: 1e-11) }
      for step in ladder {
        expectClose(hypot(step.level.alpha, step.level.sigma), 1, rtol: 1e-12)
      }
      let first = try table.ladder(steps: steps, spacing: spacing, finalLevel: .first)
      #expect(first.map(\.level) == ladder.map(\.level))
      expectClose(first.goal.sigma, table[0].sigma, rtol: 1e-11)
      #expect(first[steps - 1].level.logSNR <= first.goal.logSNR)
    }
  }

  /// A level of the table is found again by its log-SNR.
  @Test(arguments: seeds) func levelOfLogSNR(seed: UInt64) throws {
    let table = try randomTable(seed: seed)
    for level in table.levels {
      let again = table.level(logSNR: level.logSNR)
      expectClose(again.alpha, level.alpha, rtol: 1e-12)
      expectClose(again.sigma, level.sigma, rtol: 1e-12)
      expectClose(again.logSNR, level.logSNR, rtol: 1e-12, atol: 1e-12)
    }
    #expect(table.level(logSNR: .infinity) == .clean)
  }

  @Test func ladderOfSigmas() throws {
    let table = try NoiseSchedule.linear.table()
    let ladder = try table.ladder(sigmas: [20, 1, 0.05])
    expectClose(ladder.map { $0.level.sigma / $0.level.alpha }, [20, 1, 0.05], rtol: 1e-12)
    #expect(ladder.goal == .clean)
    #expect(ladder.allSatisfy { $0.timestep == nil })
    #expect(try table.ladder(sigmas: [3]).count == 1)
    let first = try table.ladder(sigmas: [20, 1, 0.05], finalLevel: .first)
    expectClose(first.goal.sigma, table[0].sigma, rtol: 1e-12)
  }

  @Test(arguments: [
    ([], "found none"), ([1, 1], "sigmas[1]"), ([1, 2], "sigmas[1]"), ([1, 0.5, 0], "sigmas[2]"),
    ([-1.0], "sigmas[0]"), ([.nan], "sigmas[0]"), ([.infinity, 1], "sigmas[0]"),
    ([1, .nan, 0.5], "sigmas[1]"),
  ])
  func rejectsSigmas(sigmas: [Double], place: String) throws {
    let table = try NoiseSchedule.linear.table()
    try expectError(.configuration, containing: "sigmas", place) {
      _ = try table.ladder(sigmas: sigmas)
    }
  }

  @Test(arguments: [
    (0, 1.0, 0.1, 7.0, "steps"), (5, 0.1, 0.1, 7, "sigma_min"), (5, 0.1, 1, 7, "sigma_min"),
    (5, .infinity, 0.1, 7, "sigma_max"), (5, 1, 0, 7, "sigma_min"), (5, .nan, 0.1, 7, "sigma_max"),
    (5, 1, .nan, 7, "sigma_min"), (5, 1, 0.1, 0, "rho"), (5, 1, 0.1, .nan, "rho"),
    (5, 1, 0.1, .infinity, "rho"),
  ])
  func rejects(steps: Int, highest: Double, lowest: Double, rho: Double, key: String) throws {
    for spacing in SigmaSpacing.allCases {
      try expectError(.configuration, containing: key, "expected") {
        _ = try spacing.sigmas(steps: steps, from: highest, to: lowest, rho: rho)
      }
    }
  }

  /// A chain that ends in noise alone has no highest σ of its own.
  @Test func noiseAlone() throws {
    let table = try NoiseSchedule.betas([0.1, 0.5, 1]).table()
    try expectError(.configuration, containing: "sigma_max finite", "set both") {
      _ = try table.ladder(steps: 3, spacing: .karras)
    }
    let ladder = try table.ladder(steps: 3, spacing: .karras, sigmaMax: 80)
    expectClose(ladder.start.sigma / ladder.start.alpha, 80, rtol: 1e-12)
  }
}
