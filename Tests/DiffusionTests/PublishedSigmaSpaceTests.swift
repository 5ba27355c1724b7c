import Diffusion
import Foundation
import Schedules
import Tensors
import TestSupport
import Testing

/// A run of a σ-space scheduler on the set-up of diffusers' tests, T = 1100.
struct PublishedSigmaRun: CustomTestStringConvertible, Sendable {
  var name: String
  var sampler: Sampler
  var prediction = PredictionType.epsilon
  var betaStart = 1e-4
  var steps = 10
  var isKarras = false
  /// Σ|x| and mean|x|.
  var sum: Double
  var mean: Double
  var testDescription: String { name }
}

/// The constants of diffusers' test_scheduler_euler.py, _euler_ancestral.py, _heun.py and
/// _edm_euler.py, and, for other settings, what diffusers 0.42.1 gave on the same set-up.
@Suite struct PublishedSigmaSpaceTests {
  static let runs = [
    PublishedSigmaRun(name: "Euler", sampler: .euler(), sum: 10.0807, mean: 0.0131),
    PublishedSigmaRun(
      name: "Euler, 3 steps, v", sampler: .euler(), prediction: .velocity, steps: 3, sum: 82.5054,
      mean: 0.10743),
    PublishedSigmaRun(
      name: "Euler, Karras", sampler: .euler(), isKarras: true, sum: 124.523, mean: 0.16214),
    PublishedSigmaRun(
      name: "Euler, 7 steps, β from 5e-4", sampler: .euler(), betaStart: 5e-4, steps: 7,
      sum: 58.4987, mean: 0.07617),
    PublishedSigmaRun(name: "Heun", sampler: .heun(), sum: 0.12333, mean: 0.0002),
    PublishedSigmaRun(
      name: "Heun, Karras", sampler: .heun(), isKarras: true, sum: 1.52598e-4, mean: 1.98696e-7),
    PublishedSigmaRun(
      name: "Heun, 7 steps, β from 5e-4", sampler: .heun(), betaStart: 5e-4, steps: 7, sum: 901.187,
      mean: 1.17342),
    PublishedSigmaRun(
      name: "Euler ancestral", sampler: .eulerAncestral(), sum: 152.3192, mean: 0.1983),
    PublishedSigmaRun(
      name: "Euler ancestral, v", sampler: .eulerAncestral(), prediction: .velocity, sum: 108.4439,
      mean: 0.1412),
    PublishedSigmaRun(
      name: "Euler ancestral, 7 steps, β from 5e-4", sampler: .eulerAncestral(), betaStart: 5e-4,
      steps: 7, sum: 2786.16, mean: 3.62782),
  ]

  /// That set-up puts the scaled model input x/√(σ² + 1) in the place of the sample before each step.
  /// So here each step is a walk of its own from a variance-exploding level, whose state is taken for
  /// x0 + σ·ε as it is, to a variance-preserving one, whose state is the scaled one.
  @Test(arguments: runs) func finalSample(run: PublishedSigmaRun) throws {
    let table = try NoiseSchedule(
      .linear, betaStart: run.betaStart, numTrainTimesteps: 1100
    ).table()
    var timesteps = (0..<run.steps).map { 1099 * (1 - Double($0) / Double(run.steps - 1)) }
    var sigmas = timesteps.map { t in
      let low = min(Int(t), 1098)
      let ends = [low, low + 1].map { table[$0].sigma / table[$0].alpha }
      return ends[0] + (t - Double(low)) * (ends[1] - ends[0])
    }
    if run.isKarras {
      sigmas = try SigmaSpacing.karras.sigmas(
        steps: run.steps, from: sigmas[0], to: sigmas[run.steps - 1])
      timesteps = sigmas.map(table.timestepInLogSigma)
    }
    let denoiser = ScheduledDenoiser(
      sigmas: sigmas, timesteps: timesteps, prediction: run.prediction)
    let scaled = sigmas.map { table.level(logSNR: -2 * log($0)) } + [.clean]
    var x = try publishedSample() * (sigmas[0] * scaled[0].alpha)
    let noise = try normals(x.shape, seed: 0, dtype: .float32)
    for (i, sigma) in sigmas.enumerated() {
      let step = try Ladder(levels: [NoiseLevel(alpha: 1, sigma: sigma), scaled[i + 1]])
      x = try run.sampler.sample(denoiser, from: x, along: step, noise: noise)
    }
    expectClose(try x.abs().sum().item(), run.sum, rtol: 2e-3)
    expectClose(try x.abs().mean().item(), run.mean, atol: 1e-3)
  }

  /// σ from 80 to 0.002, ρ = 7; the start is the sample times √(80² + 1).
  @Test(arguments: [(10, 34.1855, 0.044), (6, 89.9388, 0.11711)])
  func edm(steps: Int, sum: Double, mean: Double) throws {
    let sigmas = try SigmaSpacing.karras.sigmas(steps: steps, from: 80, to: 0.002)
    let ladder = try Ladder(levels: sigmas.map { NoiseLevel(alpha: 1, sigma: $0) } + [.clean])
    let x = try euler(
      EDMDenoiser(), from: publishedSample() * (80 * 80 + 1).squareRoot(), along: ladder,
      noise: { throw UnexpectedNoise() })
    expectClose(try x.abs().sum().item(), sum, atol: 1e-2)
    expectClose(try x.abs().mean().item(), mean, atol: 1e-3)
  }
}

/// F(x, t) = x·t/(t + 1) with t = ln σ/4 under the preconditioning of Karras et al. (2022), table 1,
/// σ_data = 0.5.
private struct EDMDenoiser: Denoiser {
  func callAsFunction(_ x: Tensor, at level: NoiseLevel) throws -> Tensor {
    let (σ, data) = (level.sigma, 0.5)
    let norm = hypot(σ, data)
    let t = log(σ) / 4
    let output = try x * (1 / norm) * (t / (t + 1))
    return try x * (data * data / (norm * norm)) + output * (σ * data / norm)
  }
}
