import Diffusion
import Foundation
import Schedules
import Tensors
import TestSupport
import Testing

/// A run of a multistep or consistency scheduler on the set-up of diffusers' tests.
struct PublishedMultistepRun: CustomTestStringConvertible, Sendable {
  var name: String
  var sampler: Sampler
  var prediction = PredictionType.epsilon
  var steps = 10
  /// σ even in σ^(1/7) in place of even timesteps.
  var isKarras = false
  /// The index of the first step that is taken, from a noised sample.
  var start = 0
  var finalLevel = FinalLevel.first
  var mean: Double
  var testDescription: String { name }
}

/// mean|x| to four digits, as diffusers' tests/schedulers/test_scheduler_dpm_multi.py and others have
/// it (the first four of DPM-Solver++), or, for other settings, as diffusers 0.42.1 gave it.
@Suite struct PublishedMultistepTests {
  static let full = Sampler.dpmSolver2M(lowerOrderFinal: false)

  static let runs = [
    PublishedMultistepRun(name: "DPM-Solver++(2M)", sampler: full, mean: 0.3301),
    PublishedMultistepRun(
      name: "DPM-Solver++(2M), v", sampler: full, prediction: .velocity, mean: 0.2251),
    PublishedMultistepRun(
      name: "DPM-Solver++(2M), Karras, v", sampler: full, prediction: .velocity, isKarras: true,
      mean: 0.2092),
    PublishedMultistepRun(
      name: "DPM-Solver++(2M), second half", sampler: full, start: 5, mean: 0.4146),
    PublishedMultistepRun(
      name: "DPM-Solver++(2M), 16 steps", sampler: full, steps: 16, mean: 0.2937),
    PublishedMultistepRun(
      name: "DPM-Solver++(2M) to clean", sampler: .dpmSolver2M(), finalLevel: .clean, mean: 0.2409),
    PublishedMultistepRun(
      name: "UniPC of order 2", sampler: .unipc(), finalLevel: .clean, mean: 0.2432),
    PublishedMultistepRun(
      name: "UniPC of order 2, v", sampler: .unipc(), prediction: .velocity, finalLevel: .clean,
      mean: 0.0997),
    PublishedMultistepRun(
      name: "UniPC of order 3", sampler: .unipc(order: 3), finalLevel: .clean, mean: 0.2441),
  ]

  @Test(arguments: runs) func finalSample(run: PublishedMultistepRun) throws {
    let table = try NoiseSchedule.linear.table()
    // N + 1 timesteps over the whole chain, of which the last is no step.
    var timesteps = try TimestepSpacing.linspace.timesteps(steps: run.steps + 1, of: 1000)
      .dropLast().map(Double.init)
    var levels = timesteps.map { table[Int($0)] }
    if run.isKarras {
      // The last step, from σ_min to itself, changes nothing.
      levels = try table.ladder(steps: run.steps, spacing: .karras).map(\.level)
      timesteps = levels.map { table.timestepInLogSigma($0.sigma / $0.alpha).rounded() }
    } else {
      levels.append(run.finalLevel == .first ? table[0] : .clean)
    }
    let denoiser = ScheduledDenoiser(
      sigmas: levels.map { $0.sigma / $0.alpha }, timesteps: timesteps, prediction: run.prediction)
    let ladder = try Ladder(levels: Array(levels[run.start...]))
    var x = try publishedSample()
    if run.start > 0 {
      x = try ladder.start.addNoise(to: x, noise: publishedSample { 767 - $0 })
    }
    x = try run.sampler.sample(
      denoiser, from: x, along: ladder, noise: { throw UnexpectedNoise() })
    expectClose(try x.abs().mean().item(), run.mean, atol: 1e-4)
  }

  /// Scaled-linear β, 50 original steps; the boundary condition c_skip·x + c_out·x0 of timestep·10
  /// around the estimate. test_scheduler_lcm.py has 1 and 10 steps, diffusers 0.42.1 gave 4.
  @Test(arguments: [
    ([999], 18.7097, 0.0244), (stride(from: 999, to: 0, by: -100).map(\.self), 197.7616, 0.2575),
    ([999, 759, 499, 259], 189.007, 0.2461),
  ])
  func lcm(timesteps: [Int], sum: Double, mean: Double) throws {
    let betas = (0..<1000).map { i in
      let (start, end) = (0.00085.squareRoot(), 0.012.squareRoot())
      let root = start + (end - start) * Double(i) / 999
      return root * root
    }
    let levels = try timesteps.map { [table = try NoiseSchedule.betas(betas).table()] in table[$0] }
    let denoiser = BoundedDenoiser(
      base: ScheduledDenoiser(
        sigmas: levels.map { $0.sigma / $0.alpha }, timesteps: timesteps.map(Double.init)))
    var x = try publishedSample()
    x = try Diffusion.lcm(
      denoiser, from: x, along: Ladder(levels: levels + [.clean]),
      noise: normals(x.shape, seed: 0, dtype: .float32))
    expectClose(try x.abs().sum().item(), sum, atol: 1e-2)
    expectClose(try x.abs().mean().item(), mean, atol: 1e-3)
  }
}

/// The boundary condition of a latent consistency model, σ_data = 0.5 and timesteps times 10.
private struct BoundedDenoiser: Denoiser {
  var base: ScheduledDenoiser

  func callAsFunction(_ x: Tensor, at level: NoiseLevel) throws -> Tensor {
    let distance = base.sigmas.map { abs(log($0 * level.alpha / level.sigma)) }
    let i = distance.indices.min { distance[$0] < distance[$1] }!
    let t = base.timesteps[i] * 10
    return try base(x, at: level) * (t / hypot(t, 0.5)) + x * (0.25 / (t * t + 0.25))
  }
}

extension NoiseTable {
  /// The fractional timestep of σ = sigma/alpha, between neighbours even in ln σ.
  func timestepInLogSigma(_ sigma: Double) -> Double {
    let logs = levels.map { -$0.logSNR / 2 }
    let wanted = log(sigma)
    let high = logs.firstIndex { $0 > wanted } ?? count - 1
    let low = max(high - 1, 0)
    let share = (wanted - logs[low]) / max(logs[high] - logs[low], 1e-300)
    return Double(low) + min(max(share, 0), 1)
  }
}
