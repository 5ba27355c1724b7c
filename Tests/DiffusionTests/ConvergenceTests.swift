import Diffusion
import Foundation
import Schedules
import Tensors
import TestSupport
import Testing

/// Solvers against the exact map of the probability flow ODE of Gaussian data.
@Suite struct ConvergenceTests {
  struct Solver: CustomTestStringConvertible, Sendable {
    var sampler: Sampler
    var order: Double
    var testDescription: String { "\(sampler)" }
  }

  static let solvers = [
    Solver(sampler: .ddim(), order: 1), Solver(sampler: .euler(), order: 1),
    Solver(sampler: .eulerAncestral(eta: 0), order: 1), Solver(sampler: .flowEuler, order: 1),
    Solver(sampler: .heun(), order: 2), Solver(sampler: .flowHeun, order: 2),
    Solver(sampler: .dpmSolver2M(), order: 2), Solver(sampler: .dpmSolver3M(), order: 3),
    Solver(sampler: .unipc(order: 1, lowerOrderFinal: false), order: 2),
    Solver(sampler: .unipc(order: 2, lowerOrderFinal: false), order: 3),
    Solver(sampler: .unipc(order: 3, lowerOrderFinal: false), order: 4),
    Solver(sampler: .flowRK4, order: 4),
  ]

  /// On ladders that end with noise left, the error falls with the power of the step that the
  /// solver is named for; UniPC's with one more, by its corrector.
  @Test(arguments: solvers, [DDIMTests.Path.logSNR, .exploding])
  func order(solver: Solver, path: DDIMTests.Path) throws {
    let gaussian = GaussianDenoiser(mean: 0.3, deviation: 0.5)
    let start = [-2, -0.5, 0.1, 1.3]
    let counts = [40, 80, 160, 320]
    let errors = try counts.map { steps in
      let ladder = try path.ladder(steps)
      let x = try solver.sampler.sample(
        gaussian, from: Tensor(start, shape: [1, 1, 4]), along: ladder,
        noise: { throw UnexpectedNoise() }
      ).doubles()
      return zip(x, start).map {
        abs($0 - gaussian.flow($1, from: ladder.start, to: ladder.goal))
      }.max()!
    }
    let order = -slope(counts.map { log(Double($0)) }, errors.map { log($0) })
    #expect(abs(order - solver.order) < 0.2, "order \(order) of errors \(errors)")
  }

  /// On every ladder down to clean, the higher orders come nearer to the data than DDIM.
  @Test(arguments: [Sampler.heun(), .dpmSolver2M(), .dpmSolver3M(), .unipc(), .pndm, .flowHeun])
  func beatsDDIM(sampler: Sampler) throws {
    let gaussian = GaussianDenoiser(mean: 0.3, deviation: 0.5)
    let ladder = try NoiseSchedule.linear.table().ladder(steps: 20, spacing: .karras)
    func deviation(_ sampler: Sampler) throws -> Double {
      try SamplerMoments(sampler, gaussian, along: ladder).variance().squareRoot()
    }
    let (ours, first) = try (deviation(sampler), deviation(.ddim()))
    #expect(abs(ours - 0.5) < 0.4 * abs(first - 0.5))
  }

  /// The first-order solvers are one solver in three coordinates.
  @Test(arguments: DDIMTests.Path.allCases, [1, 2, 9])
  func firstOrderSolversAgree(path: DDIMTests.Path, steps: Int) throws {
    let denoiser = MixtureDenoiser(weights: [0.3, 0.7], means: [-1, 0.6], deviation: 0.3)
    let x = try normal([1, 1, 20], seed: 1)
    let ladder = try path.ladder(steps)
    let expected = try ddim(denoiser, from: x, along: ladder, noise: { throw UnexpectedNoise() })
    for sampler in [
      Sampler.euler(), .eulerAncestral(eta: 0), .flowEuler,
    ] {
      let found = try sampler.sample(
        denoiser, from: x, along: ladder, noise: { throw UnexpectedNoise() })
      expectClose(try found.doubles(), try expected.doubles(), rtol: 1e-10, atol: 1e-10)
    }
  }

  /// Fresh noise of the same variance: ancestral Euler is DDIM of the same η.
  @Test(arguments: [0.3, 1]) func ancestralIsDDIM(eta: Double) throws {
    let denoiser = MixtureDenoiser(weights: [0.3, 0.7], means: [-1, 0.6], deviation: 0.3)
    let x = try normal([1, 1, 20], seed: 1)
    let ladder = try NoiseSchedule.linear.table().ladder(steps: 30, spacing: .trailing)
    let a = try eulerAncestral(
      denoiser, from: x, along: ladder, eta: eta, noise: normals(x.shape, seed: 2))
    let b = try ddim(denoiser, from: x, along: ladder, eta: eta, noise: normals(x.shape, seed: 2))
    expectClose(try a.doubles(), try b.doubles(), rtol: 1e-10, atol: 1e-10)
  }

  /// To noise and back, and the noise itself: both errors fall as 1/N.
  @Test(arguments: [DDIMTests.Path.logSNR, .angle, .exploding])
  func inversion(path: DDIMTests.Path) throws {
    let gaussian = GaussianDenoiser(mean: 0.3, deviation: 0.5)
    let start = [-0.6, 0.2, 0.3, 1.1]
    let counts = [40, 80, 160, 320]
    let errors = try counts.map { steps in
      let ladder = try path.ladder(steps)
      let x = try Tensor(start, shape: [1, 1, 4])
      let noise = try ddimInversion(gaussian, from: x, along: ladder)
      let again = try ddim(
        gaussian, from: noise, along: ladder, noise: { throw UnexpectedNoise() }
      ).doubles()
      let exact = start.map { gaussian.flow($0, from: ladder.goal, to: ladder.start) }
      return [
        zip(again, start).map { abs($0 - $1) }.max()!,
        try zip(noise.doubles(), exact).map { abs($0 - $1) }.max()!,
      ]
    }
    for i in 0..<2 {
      let order = -slope(counts.map { log(Double($0)) }, errors.map { log($0[i]) })
      #expect(0.85...1.25 ~= order, "order \(order) of errors \(errors.map { $0[i] })")
    }
  }
}
