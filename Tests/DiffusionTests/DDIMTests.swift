import Diffusion
import Foundation
import Schedules
import Tensors
import TestSupport
import Testing

@Suite struct DDIMTests {
  /// Ladders whose steps shrink evenly with their number, so that an order can be observed.
  enum Path: CaseIterable {
    /// logSNR from −6 to 4, even: a step's error depends on how far it moves the log-SNR.
    case logSNR
    /// The angle atan(sigma/alpha) from near π/2 to 0, even: ends clean.
    case angle
    /// The cosine table cut by trailing spacing, down to clean.
    case trailing
    /// alpha 1, sigma from 20 to 0.05, even in σ^(1/7) (Karras et al. 2022, eq. 5).
    case exploding

    func ladder(_ steps: Int) throws -> Ladder {
      let positions = (0...steps).map { Double($0) / Double(steps) }
      switch self {
      case .logSNR: return try Ladder(levels: positions.map { NoiseLevel(logSNR: -6 + 10 * $0) })
      case .angle:
        return try Ladder(
          levels: positions.dropLast().map {
            let angle = 1.56 * (1 - $0)
            return NoiseLevel(alpha: cos(angle), sigma: sin(angle))
          } + [.clean])
      case .trailing:
        return try NoiseSchedule.cosine.table().ladder(steps: steps, spacing: .trailing)
      case .exploding:
        let (a, b) = (pow(20, 1.0 / 7), pow(0.05, 1.0 / 7))
        return try Ladder(
          levels: positions.map { NoiseLevel(alpha: 1, sigma: pow(a + (b - a) * $0, 7)) })
      }
    }
  }

  /// At η = 0 it reaches the exact map of the ODE, with an error that falls as 1/N.
  @Test(arguments: Path.allCases, [(0.3, 0.5), (-0.4, 1.5), (0, 1)])
  func convergesWithOrderOne(path: Path, parameters: (mean: Double, deviation: Double)) throws {
    let gaussian = GaussianDenoiser(mean: parameters.mean, deviation: parameters.deviation)
    let start = [-2, -0.5, 0.1, 1.3]
    let counts = [10, 20, 40, 80, 160, 320]
    let errors = try counts.map { steps in
      let ladder = try path.ladder(steps)
      let end = ladder[steps - 1].next
      let x = try ddim(
        gaussian, from: Tensor(start, shape: [1, 1, 4]), along: ladder,
        noise: { throw UnexpectedNoise() }
      ).doubles()
      return zip(x, start).map { abs($0 - gaussian.flow($1, from: ladder.start, to: end)) }.max()!
    }
    let order = -slope(counts.map { log(Double($0)) }, errors.map { log($0) })
    #expect(0.95...1.05 ~= order, "order \(order) of errors \(errors)")
    #expect(errors[5] < 0.02)
  }

  /// With η = 1 over any ladder every state is that of DDPM with the posterior variance.
  @Test(arguments: [NoiseSchedule.linear, .cosine], [DType.float64, .float32])
  func equalsDDPMStepForStep(schedule: NoiseSchedule, dtype: DType) throws {
    let table = try schedule.table()
    let short = try TimestepSpacing.allCases.map { try table.ladder(steps: 13, spacing: $0) }
    let tolerance = dtype == .float64 ? 1e-10 : 1e-4
    for ladder in short + [table.fullLadder] {
      let x = try normal([2, 1, 5], seed: 1).to(dtype)
      let ours = RecordingDenoiser(GaussianDenoiser(mean: 0.3, deviation: 0.5))
      let theirs = RecordingDenoiser(GaussianDenoiser(mean: 0.3, deviation: 0.5))
      let a = try ddim(
        ours, from: x, along: ladder, eta: 1, noise: normals(x.shape, seed: 2, dtype: dtype))
      let b = try ddpm(
        theirs, from: x, along: ladder, noise: normals(x.shape, seed: 2, dtype: dtype))
      #expect(a.dtype == dtype)
      expectClose(
        ours.states.flatMap(\.self), theirs.states.flatMap(\.self), rtol: tolerance,
        atol: tolerance)
      expectClose(try a.doubles(), try b.doubles(), rtol: tolerance, atol: tolerance)
    }
  }

  /// For data that is one point every η keeps each level's own alpha and sigma: that is how the
  /// family is made (Song et al. 2021, lemma 1).
  @Test(arguments: [0, 0.2, 0.7, 1], [1, 7, 40])
  func everyEtaSuitsOnePoint(eta: Double, steps: Int) throws {
    let table = try NoiseSchedule.linear.table()
    let levels = (0...steps).map { table[999 - $0 * 24] }
    let moments = try SamplerMoments(
      .ddim(eta: eta), GaussianDenoiser(mean: 0.7, deviation: 0), along: Ladder(levels: levels))
    let (start, end) = (levels[0], levels[steps])
    expectClose(moments.mean(start: 0.7 * start.alpha), 0.7 * end.alpha, rtol: 1e-10)
    expectClose(
      moments.variance(start: start.sigma * start.sigma), end.sigma * end.sigma, rtol: 1e-10)
  }

  /// Song et al. (2021), eq. 12 and 16, with the paper's α being ᾱ.
  @Test(arguments: [0, 0.3, 1]) func oneStepByHand(eta: Double) throws {
    let (now, next) = (0.28 * 0.28, 0.6 * 0.6)
    let ladder = try Ladder(levels: [now, next].map(NoiseLevel.init(alphaCumprod:)))
    // ε = (2.2 − 0.28·1)/0.96 = 2.
    let x = try ddim(
      ConstantDenoiser(x0: Tensor([1.0], shape: [1, 1, 1])),
      from: Tensor([2.2], shape: [1, 1, 1]), along: ladder, eta: eta,
      noise: { try Tensor([-1.5], shape: [1, 1, 1]) })
    let sigma = eta * ((1 - next) / (1 - now)).squareRoot() * (1 - now / next).squareRoot()
    expectClose(
      try x.item(),
      next.squareRoot() * 1 + (1 - next - sigma * sigma).squareRoot() * 2 - 1.5 * sigma,
      rtol: 1e-12)
  }

  /// Noise is drawn at every step but the last to clean, and none at η = 0.
  @Test(arguments: [(0.0, 0), (0.01, 9), (1, 9)]) func noiseIsDrawn(eta: Double, count: Int) throws
  {
    let ladder = try NoiseSchedule.linear.table().ladder(steps: 10, spacing: .leading)
    let denoiser = RecordingDenoiser(GaussianDenoiser(mean: 0.3, deviation: 0.5))
    let next = try normals([1, 1, 8], seed: 3)
    var drawn = 0
    let x = try ddim(
      denoiser, from: normal([1, 1, 8], seed: 2), along: ladder, eta: eta,
      noise: {
        drawn += 1
        return try next()
      })
    #expect(drawn == count)
    #expect(try x.doubles() == denoiser.estimates[9])
    #expect(denoiser.levels == ladder.map(\.level))
  }
}

struct UnexpectedNoise: Error, Equatable {}
