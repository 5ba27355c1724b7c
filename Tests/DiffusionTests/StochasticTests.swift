import Diffusion
import Foundation
import Schedules
import Tensors
import TestSupport
import Testing

/// Samplers that draw noise, against the mean and variance of Gaussian data.
@Suite struct StochasticTests {
  static let stochastic = samplers.filter { $0.drawsNoise && $0 != .lcm }

  /// Mean and variance are kept, the better the more steps.
  @Test(arguments: stochastic) func momentsApproachTheData(sampler: Sampler) throws {
    let gaussian = GaussianDenoiser(mean: 0.3, deviation: 0.5)
    let table = try NoiseSchedule.linear.table()
    let errors = try [100, 400].map { steps in
      let moments = try SamplerMoments(
        sampler, gaussian, along: table.ladder(steps: steps, spacing: .karras))
      expectClose(moments.mean(), 0.3, atol: 0.01)
      return abs(moments.variance() / 0.25 - 1)
    }
    #expect(errors[0] < 0.13)
    #expect(errors[1] < 0.4 * errors[0])
  }

  /// The second order shows in the variance: far nearer than DDPM on the same ladder.
  @Test func secondOrderSDE() throws {
    let gaussian = GaussianDenoiser(mean: 0.3, deviation: 0.5)
    let ladder = try NoiseSchedule.linear.table().ladder(steps: 50, spacing: .karras)
    let errors = try [Sampler.dpmSolver2MSDE(), .ddpm()].map {
      abs(try SamplerMoments($0, gaussian, along: ladder).variance() / 0.25 - 1)
    }
    #expect(errors[0] < 0.25 * errors[1])
  }

  /// Each step's added noise is what it says: from σ to σ·(1 + γ), at most √2 − 1, within its range.
  @Test(arguments: [(2.0, 0.2), (1e3, 2.squareRoot() - 1)])
  func churnAddsItsNoise(amount: Double, gamma: Double) throws {
    let sigmas = [5.0, 3, 2, 1, 0.5, 0.3, 0.2, 0.1, 0.05, 0.01]
    let ladder = try NoiseSchedule.linear.table().ladder(sigmas: sigmas)
    let denoiser = RecordingDenoiser(ConstantDenoiser(x0: try Tensor([0.0], shape: [1, 1, 1])))
    _ = try euler(
      denoiser, from: Tensor([0.0], shape: [1, 1, 1]), along: ladder,
      churn: Churn(amount, range: 0.2...2, noise: 1.5),
      noise: { try Tensor([1.0], shape: [1, 1, 1]) })
    var x = 0.0
    for (i, σ) in sigmas.enumerated() {
      let raised = (0.2...2).contains(σ) ? σ * (1 + gamma) : σ
      x += 1.5 * (raised * raised - σ * σ).squareRoot()
      let level = denoiser.levels[i]
      expectClose(level.sigma / level.alpha, raised, rtol: 1e-12)
      expectClose(denoiser.states[i][0], x * level.alpha, rtol: 1e-10)
      x *= (i + 1 < sigmas.count ? sigmas[i + 1] : 0) / raised
    }
  }

  /// With the consistency function of Gaussian data, any number of steps gives the data exactly.
  @Test(arguments: [1, 2, 4, 50]) func lcmWithConsistencyFunction(steps: Int) throws {
    let ladder = try NoiseSchedule.linear.table().ladder(steps: steps, spacing: .trailing)
    let consistency = ConsistencyFunction(gaussian: GaussianDenoiser(mean: 0.3, deviation: 0.5))
    let moments = try SamplerMoments(.lcm, consistency, along: ladder)
    let (alpha, sigma) = (ladder.start.alpha, ladder.start.sigma)
    expectClose(moments.mean(start: 0.3 * alpha), 0.3, rtol: 1e-12)
    expectClose(
      moments.variance(start: alpha * alpha * 0.25 + sigma * sigma), 0.25, rtol: 1e-12)
  }
}

/// Where the ODE leads from any level, in one step.
private struct ConsistencyFunction: Denoiser {
  var gaussian: GaussianDenoiser

  func callAsFunction(_ x: Tensor, at level: NoiseLevel) throws -> Tensor {
    let ratio = gaussian.deviation / gaussian.deviation(at: level)
    return try (x + -level.alpha * gaussian.mean) * ratio + gaussian.mean
  }
}
