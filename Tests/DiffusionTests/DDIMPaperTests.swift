import Diffusion
import Schedules
import Testing

/// Song, Meng and Ermon 2021, table 1, where the answer is exact: on Gaussian data as narrow as fine
/// detail is, with the paper's schedule and spacing.
@Suite struct DDIMPaperTests {
  /// The Wasserstein-2 distance of what comes out to the data, from exact moments.
  private func distance(_ sampler: Sampler, steps: Int, deviation: Double) throws -> Double {
    let moments = try SamplerMoments(
      sampler, GaussianDenoiser(mean: 0.3, deviation: deviation),
      along: NoiseSchedule.linear.table().ladder(steps: steps, spacing: .leading))
    let (mean, excess) = (moments.mean() - 0.3, moments.variance().squareRoot() - deviation)
    return (mean * mean + excess * excess).squareRoot()
  }

  /// In few steps η = 0 is ahead of η = 1, and σ̂ is hopeless.
  @Test(arguments: [10, 20, 50], [0.02, 0.05]) func fewSteps(steps: Int, deviation: Double) throws {
    let samplers = [Sampler.ddim(eta: 0), .ddim(eta: 1), .ddpm(variance: .fixedLarge)]
    let found = try samplers.map { try distance($0, steps: steps, deviation: deviation) }
    #expect(found[0] < found[1])
    #expect(found[2] > 2 * found[0])
  }
}
