import Core
import Schedules
import TestSupport
import Testing

@Suite struct TransitionTests {
  /// The variances that the schedulers of Hugging Face diffusers are tested against, cut after
  /// five decimals; the tolerance is theirs.
  @Test(arguments: [
    (420, 400, 0.14771), (980, 960, 0.32460), (487, 486, 0.00979), (999, 998, 0.02),
  ])
  func publishedVariance(timestep: Int, previous: Int, variance: Double) throws {
    let table = try NoiseSchedule.linear.table()
    let transition = Transition(from: table[timestep], to: table[previous])
    let sigma = transition.ddimSigma(eta: 1)
    expectClose(sigma * sigma, variance, atol: 1e-5)
    expectClose(transition.posteriorVariance(.fixedSmall), variance, atol: 1e-5)
  }

  @Test(arguments: [(0, 0), (487, 0.00979), (999, 0.02)])
  func publishedPosteriorVariance(timestep: Int, variance: Double) throws {
    let ladder = try NoiseSchedule.linear.table().fullLadder
    let step = try #require(ladder.first { $0.timestep == timestep })
    expectClose(step.transition.posteriorVariance(.fixedSmall), variance, atol: 1e-5)
  }

  /// Ho et al. (2020), eq. 6 and 7, as they stand.
  @Test func neighboursFollowTheTextbook() throws {
    let table = try NoiseSchedule.linear.table()
    for t in 1..<1000 {
      let transition = Transition(from: table[t], to: table[t - 1])
      let beta = table.betas[t]
      let (now, before) = (table.alphasCumprod[t], table.alphasCumprod[t - 1])
      expectClose(transition.alphaTS, (1 - beta).squareRoot(), rtol: 1e-12)
      expectClose(transition.varianceTS, beta, rtol: 1e-10)
      expectClose(transition.posteriorVariance(.fixedLarge), beta, rtol: 1e-10)
      expectClose(
        transition.posteriorVariance(.fixedSmall), (1 - before) / (1 - now) * beta, rtol: 1e-10)
      expectClose(transition.posteriorMeanX0, before.squareRoot() * beta / (1 - now), rtol: 1e-10)
      expectClose(
        transition.posteriorMeanXt, (1 - beta).squareRoot() * (1 - before) / (1 - now), rtol: 1e-10)
    }
  }

  /// Drawing x_t from q(x_t | x0) and x_s from the posterior gives q(x_s | x0), for any process.
  @Test(arguments: seeds) func marginalsAgree(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    func level() -> NoiseLevel {
      NoiseLevel(alpha: 0.01 + random.uniform(), sigma: 0.01 + 20 * random.uniform())
    }
    let (a, b) = (level(), level())
    let (t, s) = a.logSNR < b.logSNR ? (a, b) : (b, a)
    let transition = Transition(from: t, to: s)
    let (c0, ct) = (transition.posteriorMeanX0, transition.posteriorMeanXt)
    let small = transition.posteriorVariance(.fixedSmall)
    expectClose(c0 + ct * t.alpha, s.alpha, rtol: 1e-12)
    expectClose(ct * ct * t.sigma * t.sigma + small, s.sigma * s.sigma, rtol: 1e-12)
    expectClose(
      transition.alphaTS * transition.alphaTS * s.sigma * s.sigma + transition.varianceTS,
      t.sigma * t.sigma, rtol: 1e-12)
    for eta in [0, 0.3, 1] {
      let (direction, sigma) = (
        transition.ddimDirection(eta: eta), transition.ddimSigma(eta: eta)
      )
      expectClose(direction * direction + sigma * sigma, s.sigma * s.sigma, rtol: 1e-12)
      expectClose(sigma, eta * small.squareRoot(), rtol: 1e-12)
    }
    // DDIM with η = 1 is DDPM: its factor of ε is that of x_t's noise in the posterior mean.
    expectClose(transition.ddimDirection(eta: 1), ct * t.sigma, rtol: 1e-12)
    #expect(transition.ddimDirection(eta: 0) == s.sigma)
  }

  /// The last step adds nothing, also from a level with hardly or no signal.
  @Test(arguments: [1, 0.5, 1e-5, 1e-160, 0])
  func toClean(alpha: Double) {
    let transition = Transition(from: NoiseLevel(alpha: alpha, sigma: 1), to: .clean)
    #expect(PosteriorVariance.allCases.map(transition.posteriorVariance) == [0, 0])
    #expect((transition.posteriorMeanX0, transition.posteriorMeanXt) == (1, 0))
    #expect(transition.ddimSigma(eta: 1) == 0)
    #expect(transition.ddimDirection(eta: 0.5) == 0)
    #expect(transition.varianceTS == 1)
  }

  @Test(arguments: [1e-5, 1e-160, 0])
  func fromAlmostNoSignal(alpha: Double) {
    let next = NoiseLevel(alphaCumprod: 0.25)
    let transition = Transition(from: NoiseLevel(alpha: alpha, sigma: 1), to: next)
    expectClose(transition.posteriorMeanX0, 0.5, rtol: 1e-8)
    expectClose(transition.posteriorVariance(.fixedSmall), 0.75, rtol: 1e-8)
    expectClose(transition.posteriorVariance(.fixedLarge), 1, rtol: 1e-8)
    #expect(transition.posteriorMeanXt <= 2 * alpha)
  }

  @Test func equalLevelsAreTheIdentity() throws {
    for level in try NoiseSchedule.waveGrad.table().levels {
      let transition = Transition(from: level, to: level)
      #expect((transition.posteriorMeanX0, transition.posteriorMeanXt) == (0, 1))
      #expect(PosteriorVariance.allCases.map(transition.posteriorVariance) == [0, 0])
      #expect(transition.ddimDirection(eta: 1) == level.sigma)
    }
  }
}
