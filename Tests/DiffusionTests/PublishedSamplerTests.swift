import Diffusion
import Schedules
import Tensors
import TestSupport
import Testing

/// A run of a scheduler of Hugging Face diffusers and what is left of it.
struct PublishedRun: CustomTestStringConvertible, Sendable {
  var name: String
  var sampler: Sampler
  var prediction = PredictionType.epsilon
  var betaStart = 1e-4
  var finalLevel = FinalLevel.clean
  var steps: Int
  /// The index of the first step that is taken, from a noised sample; nil for the whole ladder.
  var start: Int?
  /// Σ|x| and mean|x| of the final sample.
  var sum: Double
  var mean: Double
  /// Of the sum.
  var tolerance = 1e-2
  var testDescription: String { name }
}

/// The model of that test suite: x·t/(t + 1), whatever it is said to predict.
struct TimestepNetwork: NoiseConditionedNetwork {
  var table: NoiseTable

  func callAsFunction(_ x: Tensor, conditioning noiseLevels: [Double]) throws -> Tensor {
    let t = table.timestep(of: NoiseLevel(noiseLevel: noiseLevels[0])).rounded()
    return try x * (t / (t + 1))
  }
}

/// The constants of diffusers' tests/schedulers/test_scheduler_ddpm.py and test_scheduler_ddim.py,
/// on the set-up of its `SchedulerCommonTest`, to the tolerances given there.
///
/// One has a wider tolerance: DDPM's last two steps, where the float32 table of diffusers computes
/// β̃_1 from 1 − ᾱ_1/ᾱ_0 and has lost three digits; that alone moves its sum by 0.0207.
@Suite struct PublishedSamplerTests {
  static let runs = [
    PublishedRun(
      name: "DDPM", sampler: .ddpm(), steps: 1000, sum: 258.9606, mean: 0.3372),
    PublishedRun(
      name: "DDPM, v", sampler: .ddpm(), prediction: .velocity, steps: 1000, sum: 202.0296,
      mean: 0.2631),
    PublishedRun(
      name: "DDPM, last two steps", sampler: .ddpm(), steps: 1000, start: 998, sum: 387.9466,
      mean: 0.5051, tolerance: 0.03),
    PublishedRun(name: "DDIM", sampler: .ddim(), steps: 10, sum: 172.0067, mean: 0.223967),
    PublishedRun(
      name: "DDIM, v", sampler: .ddim(), prediction: .velocity, steps: 10, sum: 52.5302,
      mean: 0.0684),
    PublishedRun(
      name: "DDIM, last two steps", sampler: .ddim(), steps: 10, start: 8, sum: 354.5418,
      mean: 0.4616),
    PublishedRun(
      name: "DDIM to clean, β from 0.01", sampler: .ddim(), betaStart: 0.01, steps: 10,
      sum: 149.8295, mean: 0.1951),
    PublishedRun(
      name: "DDIM to ᾱ_0, β from 0.01", sampler: .ddim(), betaStart: 0.01, finalLevel: .first,
      steps: 10, sum: 149.0784, mean: 0.1941),
  ]

  @Test(arguments: runs) func finalSample(run: PublishedRun) throws {
    let table = try NoiseSchedule(.linear, betaStart: run.betaStart).table()
    var ladder = try table.ladder(
      steps: run.steps, spacing: .leading, finalLevel: run.finalLevel)
    var x = try publishedSample()
    if let start = run.start {
      ladder = try Ladder(levels: ladder[start...].map(\.level) + [.clean])
      x = try ladder.start.addNoise(to: x, noise: try publishedSample { 767 - $0 })
    }
    let network = NetworkDenoiser(TimestepNetwork(table: table), prediction: run.prediction)
    x = try run.sampler.sample(
      ClippedDenoiser(network), from: x, along: ladder,
      noise: normals(x.shape, seed: 0, dtype: .float32))
    expectClose(try x.abs().sum().item(), run.sum, atol: run.tolerance, "Σ|x|")
    expectClose(try x.abs().mean().item(), run.mean, atol: 1e-3, "mean|x|")
  }
}
