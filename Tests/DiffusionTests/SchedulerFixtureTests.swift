import Diffusion
import Schedules
import Tensors
import TestSupport
import Testing

/// Whole final samples of Hugging Face diffusers' schedulers, under settings of the same names.
@Suite struct SchedulerFixtureTests {
  @Test(arguments: try SchedulerRun.all()) func finalSample(run: SchedulerRun) throws {
    let table = try NoiseSchedule(overriding: run.schedule).table()
    let sampling = try SamplingConfiguration(overriding: run.sampling)
    let ladder = try sampling.ladder(of: table)
    let sigmas = ladder.map { $0.level.sigma / $0.level.alpha }
    if !run.sigmas.isEmpty {
      expectClose(sigmas + [0], run.sigmas, rtol: 1e-6, "σ")
    }
    let denoiser = ScheduledDenoiser(
      sigmas: sigmas, timesteps: run.inverse ? run.timesteps.reversed() : run.timesteps,
      prediction: run.prediction_type, model: { x, t in try x.silu() * (t / (t + 1)) })
    let x = try numbers { (Double($0 * 5 % 24) - 8) / 24 }
    var draws = 0
    let found =
      try run.inverse
      ? ddimInversion(denoiser, from: x, along: ladder)
      : sampling.makeSampler().sample(denoiser, from: x, along: ladder) {
        draws += 1
        return try numbers { Double(($0 * 7 + (draws - 1) * 13) % 11 - 5) / 4 }
      }
    let scale = run.sample.map(abs).max()!
    expectClose(try found.doubles(), run.sample, atol: 5e-6 * scale, "x")
  }

  private func numbers(_ value: (Int) -> Double) throws -> Tensor {
    try Tensor((0..<24).map(value), shape: [2, 3, 4])
  }
}
