import Diffusion
import Foundation
import Schedules
import Tensors
import TestSupport
import Testing

/// A recording y = s + n in white noise, as a state of a chain that is entered there.
@Suite struct EnteringTests {
  private static let extent = 6
  private static let deviation = 0.7
  private let prior = CorrelatedDenoiser(autoregressive: 0.9, extent: EnteringTests.extent)
  private let y = [0.4, 1.1, -0.3, 0.8, 1.9, -0.2]

  private func walk(
    _ sampler: Sampler, _ configuration: SamplingConfiguration, count: Int = 1,
    path: NoiseSchedule = .cosine
  ) throws -> [[Double]] {
    let ladder = try configuration.ladder(of: path.table(), entering: Self.deviation)
    let x = try Tensor(
      (0..<count).flatMap { _ in y.map { $0 * ladder.start.alpha } },
      shape: [count, 1, Self.extent])
    let out = try sampler.sample(
      prior, from: x, along: ladder, noise: normals([count, 1, Self.extent], seed: 3)
    ).doubles()
    return (0..<count).map { Array(out[($0 * Self.extent)..<(($0 + 1) * Self.extent)]) }
  }

  /// The Wiener filter Σ·(Σ + d²)⁻¹·y and the covariance Σ − Σ·(Σ + d²)⁻¹·Σ of what is left unknown.
  private func posterior() throws -> (mean: [Double], variances: [Double]) {
    let level = NoiseLevel(alpha: 1, sigma: Self.deviation)
    let n = Self.extent
    let mean = try prior(Tensor(y, shape: [1, 1, n]), at: level).doubles()
    let gain = try prior(
      Tensor((0..<n * n).map { $0 % (n + 1) == 0 ? 1.0 : 0 }, shape: [n, 1, n]), at: level
    ).doubles()
    // d²·gain is the posterior's covariance, for Σ − Σ·(Σ + d²)⁻¹·Σ = d²·Σ·(Σ + d²)⁻¹.
    return (mean, (0..<n).map { Self.deviation * Self.deviation * gain[$0 * n + $0] })
  }

  /// One step ends in the Wiener filter, on every path and whatever the sampler.
  @Test(arguments: ProcessPath.allCases) func oneStepIsTheWienerFilter(path: ProcessPath) throws {
    var configuration = SamplingConfiguration()
    configuration.steps = 1
    var schedule = NoiseSchedule.cosine
    schedule.path = path
    for sampler in [Sampler.ddim(), .dpmSolver2M(), .euler()] {
      expectClose(
        try walk(sampler, configuration, path: schedule)[0], try posterior().mean, rtol: 1e-9)
    }
  }

  /// Many steps that draw noise end in draws of the posterior: its mean, and all of its variance.
  @Test func manyStepsDrawFromThePosterior() throws {
    var configuration = SamplingConfiguration()
    configuration.steps = 120
    let draws = try walk(.ddpm(), configuration, count: 4_000)
    let (mean, variances) = try posterior()
    for i in 0..<Self.extent {
      let values = draws.map { $0[i] }
      let found = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - found) * ($1 - found) } / Double(values.count)
      // Four standard errors, and what 120 steps leave.
      expectClose(
        found, mean[i], atol: 4 * (variances[i] / Double(values.count)).squareRoot() + 0.01)
      expectClose(variance, variances[i], rtol: 0.12)
    }
  }

  @Test func theLadderBeginsAtTheRecording() throws {
    var configuration = SamplingConfiguration()
    configuration.steps = 7
    let table = try NoiseSchedule.cosine.table()
    let ladder = try configuration.ladder(of: table, entering: 0.7)
    #expect(ladder.count == 7)
    expectClose(ladder.start.sigma / ladder.start.alpha, 0.7, rtol: 1e-9)
    #expect(ladder.goal == .clean)
    // Cleaner than what was trained: one step from there.
    #expect(try configuration.ladder(of: table, entering: 1e-5).count == 1)
    // Noisier than what was trained: from the noisiest level.
    let noisiest = try configuration.ladder(of: table, entering: 1e9).start
    expectClose(noisiest.sigma / noisiest.alpha, table.greatestSigma, rtol: 1e-6)
  }
}
