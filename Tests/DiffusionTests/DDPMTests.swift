import Diffusion
import Schedules
import Tensors
import TestSupport
import Testing

@Suite struct DDPMTests {
  static let gaussians = [(0.3, 0.5), (-0.2, 1), (0.5, 0.1), (1, 2)].map {
    GaussianDenoiser(mean: $0, deviation: $1)
  }

  /// The sampler's mean and variance are those of the textbook chain, whose every step maps a
  /// normal density to another (Ho et al. 2020, eq. 7 as it stands).
  @Test(arguments: gaussians, PosteriorVariance.allCases)
  func momentsFollowTheTextbook(gaussian: GaussianDenoiser, variance: PosteriorVariance) throws {
    for schedule in [NoiseSchedule.linear, .cosine] {
      let table = try schedule.table()
      let moments = try SamplerMoments(
        .ddpm(variance: variance), gaussian, along: table.fullLadder)
      let expected = textbookMoments(gaussian, variance, table)
      expectClose(moments.mean(), expected.mean, rtol: 1e-9)
      expectClose(moments.variance(), expected.variance, rtol: 1e-9)
    }
  }

  /// Both variances lead to the data's own, the error falling as 1/N; the small one from below,
  /// for it leaves out what x0 is uncertain by.
  @Test(arguments: gaussians) func varianceApproachesTheData(gaussian: GaussianDenoiser) throws {
    let table = try NoiseSchedule.linear.table()
    let truth = gaussian.deviation * gaussian.deviation
    for variance in PosteriorVariance.allCases {
      let errors = try [250, 500, 1000].map { steps in
        let moments = try SamplerMoments(
          .ddpm(variance: variance), gaussian,
          along: table.ladder(steps: steps, spacing: .trailing))
        expectClose(moments.mean(), gaussian.mean, rtol: 1e-3)
        return moments.variance() / truth - 1
      }
      #expect(abs(errors[2]) < 0.08)
      for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(0.4...0.62 ~= fine / coarse) }
      if variance == .fixedSmall { #expect(errors.allSatisfy { $0 < 0 }) }
    }
  }

  /// The large variance is exact for standard normal data: the chain keeps variance 1, and the
  /// last step, which adds no noise, leaves ᾱ_0 of it.
  @Test(arguments: [NoiseSchedule.linear, .cosine, .waveGrad], [1000, 37])
  func largeVarianceSuitsStandardNormalData(schedule: NoiseSchedule, steps: Int) throws {
    let table = try schedule.table()
    let ladder = try table.ladder(steps: steps, spacing: .trailing)
    let moments = try SamplerMoments(
      .ddpm(variance: .fixedLarge), GaussianDenoiser(mean: 0, deviation: 1), along: ladder)
    let last = ladder[steps - 1].level
    expectClose(moments.variance(), last.alphaCumprod, rtol: 1e-10)
  }

  /// The small variance is exact for data that is one point: every level on the way has its own
  /// alpha and sigma.
  @Test(arguments: [NoiseSchedule.linear, .cosine, .waveGrad], [1, 7, 40])
  func smallVarianceSuitsOnePoint(schedule: NoiseSchedule, steps: Int) throws {
    let table = try schedule.table()
    let levels = (0...steps).map { table[999 - $0 * 24] }
    let moments = try SamplerMoments(
      .ddpm(variance: .fixedSmall), GaussianDenoiser(mean: 0.7, deviation: 0),
      along: Ladder(levels: levels))
    let (start, end) = (levels[0], levels[steps])
    expectClose(moments.mean(start: 0.7 * start.alpha), 0.7 * end.alpha, rtol: 1e-10)
    expectClose(
      moments.variance(start: start.sigma * start.sigma), end.sigma * end.sigma, rtol: 1e-10)
  }

  /// Mean and variance of drawn samples are the data's, within five standard errors.
  @Test(arguments: PosteriorVariance.allCases)
  func drawnSamples(variance: PosteriorVariance) throws {
    let gaussian = GaussianDenoiser(mean: 0.3, deviation: 0.5)
    let count = 20_000
    let noise = try BatchNoise(seed: 11, items: 0..<1, shape: [1, count])
    let x = try ddpm(
      gaussian, from: noise.next(), along: NoiseSchedule.linear.table().fullLadder,
      variance: variance, noise: noise.next
    ).doubles()
    let mean = x.reduce(0, +) / Double(count)
    let spread = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
    expectClose(mean, 0.3, atol: 5 * 0.5 / Double(count).squareRoot())
    expectClose(spread, 0.25, atol: 5 * 0.25 * (2 / Double(count)).squareRoot())
  }

  /// Between (0.28, 0.96) and (0.6, 0.8): 55/108·x0 + 35/108·x, β̃ = 0.64·275/324 and
  /// β = 0.9216·275/324.
  @Test(arguments: [
    (PosteriorVariance.fixedSmall, 0.64), (.fixedLarge, 0.9216),
  ])
  func oneStepByHand(variance: PosteriorVariance, share: Double) throws {
    let ladder = try Ladder(levels: [
      NoiseLevel(alpha: 0.28, sigma: 0.96), NoiseLevel(alpha: 0.6, sigma: 0.8),
    ])
    let denoiser = try ConstantDenoiser(x0: Tensor([1.0, -2], shape: [1, 1, 2]))
    let x = try ddpm(
      denoiser, from: Tensor([2.2, 0.5], shape: [1, 1, 2]), along: ladder, variance: variance,
      noise: { try Tensor([1.5, 0], shape: [1, 1, 2]) })
    let sigma = (share * 275 / 324).squareRoot()
    expectClose(
      try x.doubles(), [(55 + 35 * 2.2) / 108 + 1.5 * sigma, (55 * -2 + 35 * 0.5) / 108],
      rtol: 1e-12)
  }

  /// The last step to clean is the x0 estimate itself, and asks for no noise.
  @Test(arguments: PosteriorVariance.allCases)
  func lastStepAddsNoNoise(variance: PosteriorVariance) throws {
    let ladder = try NoiseSchedule.linear.table().ladder(steps: 10, spacing: .trailing)
    let denoiser = RecordingDenoiser(GaussianDenoiser(mean: 0.3, deviation: 0.5))
    let next = try normals([1, 1, 8], seed: 3)
    var drawn = 0
    let x = try ddpm(
      denoiser, from: normal([1, 1, 8], seed: 2), along: ladder, variance: variance,
      noise: {
        drawn += 1
        return try next()
      })
    #expect(drawn == 9)
    #expect(try x.doubles() == denoiser.estimates[9])
    #expect(denoiser.levels == ladder.map(\.level))
  }
}

/// x ~ N(0, 1) carried through all T steps by scalar algebra, from the betas alone.
private func textbookMoments(
  _ gaussian: GaussianDenoiser, _ variance: PosteriorVariance, _ table: NoiseTable
) -> (mean: Double, variance: Double) {
  var (mean, spread) = (0.0, 1.0)
  for t in (0..<table.count).reversed() {
    let beta = table.betas[t]
    let now = table.alphasCumprod[t]
    let before = t > 0 ? table.alphasCumprod[t - 1] : 1
    let (slope, offset) = gaussian.estimate(at: NoiseLevel(alphaCumprod: now))
    let ofX0 = before.squareRoot() * beta / (1 - now)
    let ofX = (1 - beta).squareRoot() * (1 - before) / (1 - now)
    let added = variance == .fixedSmall ? (1 - before) / (1 - now) * beta : t > 0 ? beta : 0
    mean = ofX0 * (slope * mean + offset) + ofX * mean
    spread = (ofX0 * slope + ofX) * (ofX0 * slope + ofX) * spread + added
  }
  return (mean, spread)
}
