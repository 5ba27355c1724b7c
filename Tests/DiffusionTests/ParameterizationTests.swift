import Core
import Diffusion
import Foundation
import Schedules
import Tensors
import TestSupport
import Testing

@Suite struct ParameterizationTests {
  /// What a network is to say, read back, is the x0 it was made of: on every path, to 1e-12.
  @Test(arguments: PredictionType.allCases, seeds)
  func estimateOfTarget(prediction: PredictionType, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for path in ProcessPath.allCases {
      let parameterization = Parameterization(prediction, sigmaData: 0.05 + random.uniform())
      let level = randomLevel(&random).on(path)
      let (x0, noise) = (random.normal(), random.normal())
      let target = parameterization.target(at: level)
      let estimate = parameterization.estimate(at: level)
      let x = level.alpha * x0 + level.sigma * noise
      let output = target.x0 * x0 + target.noise * noise
      // What is subtracted may be greater than what is left.
      let size = abs(estimate.x * x) + abs(estimate.output * output)
      expectClose(
        estimate.x * x + estimate.output * output, x0, atol: 1e-14 * size + 1e-14, "\(path)")
    }
  }

  /// A state of another path is the same state times a number: so is what the network sees, and
  /// what it is to say.
  @Test(arguments: PredictionType.allCases, seeds)
  func pathsAgree(prediction: PredictionType, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let parameterization = Parameterization(prediction, sigmaData: 0.3)
    let level = randomLevel(&random)
    for path in ProcessPath.allCases {
      let other = level.on(path)
      let scale = other.alpha / level.alpha
      expectClose(
        parameterization.inputScale(at: other) * scale, parameterization.inputScale(at: level),
        rtol: 1e-12)
      expectClose(
        parameterization.target(at: other).x0, parameterization.target(at: level).x0, rtol: 1e-12)
      expectClose(
        parameterization.target(at: other).noise, parameterization.target(at: level).noise,
        rtol: 1e-12)
    }
  }

  /// At alpha 0.6, sigma 0.8: x = 0.6·2 − 0.8·1 = 0.4, v = 0.6·(−1) − 0.8·2 = −2.2, u = −1 − 2, and
  /// with σ_data = 1 F is −v.
  @Test(arguments: [
    (PredictionType.epsilon, -1.0), (.sample, 2), (.velocity, -2.2), (.flow, -3), (.edm, 2.2),
  ])
  func handValues(prediction: PredictionType, said: Double) throws {
    let level = NoiseLevel(alpha: 0.6, sigma: 0.8)
    func one(_ value: Double) throws -> Tensor { try Tensor([value], shape: [1, 1, 1]) }
    let parameterization = Parameterization(prediction)
    let target = parameterization.target(at: level)
    expectClose(2 * target.x0 - target.noise, said, rtol: 1e-12)
    expectClose(try level.addNoise(to: one(2), noise: one(-1)).item(), 0.4, rtol: 1e-12)
    expectClose(
      try parameterization.x0(from: one(said), x: one(0.4), at: level).item(), 2, rtol: 1e-12)
    expectClose(try level.noise(in: one(0.4), x0: one(2)).item(), -1, rtol: 1e-12)
  }

  /// Karras et al. 2022, table 1, for any σ and σ_data: c_skip, c_out, c_in and λ.
  @Test(arguments: seeds) func edmPreconditioning(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let (sigma, d) = (exp(4 * random.normal()), 0.05 + random.uniform())
    let level = NoiseLevel(alpha: 1, sigma: sigma)
    let total = sigma * sigma + d * d
    let edm = Parameterization(.edm, sigmaData: d)
    expectClose(edm.estimate(at: level).x, d * d / total, rtol: 1e-10, "c_skip")
    expectClose(
      edm.estimate(at: level).output, sigma * d / total.squareRoot(), rtol: 1e-10, "c_out")
    expectClose(edm.inputScale(at: level), 1 / total.squareRoot(), rtol: 1e-12, "c_in")
    var objective = Objective()
    (objective.prediction, objective.sigmaData, objective.weighting) = (.sample, d, .edm)
    expectClose(objective.weight(at: level), total / (sigma * d * sigma * d), rtol: 1e-12, "λ")
    objective.prediction = .edm
    expectClose(objective.weight(at: level), 1, rtol: 1e-10, "λ·c_out²")
  }

  /// The tensors' forward process is that of the schedules, exact to the last bit.
  @Test(arguments: seeds) func addNoiseEqualsHost(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let level = randomLevel(&random)
    let x0 = try normal([3, 1, 7], seed: UInt32(seed))
    let noise = try normal([3, 1, 7], seed: UInt32(seed) + 1000)
    let x = try level.addNoise(to: x0, noise: noise)
    #expect(x.shape == x0.shape)
    #expect(
      try x.doubles() == level.addNoise(x0: try x0.doubles(), noise: try noise.doubles()))
  }

  /// A perfect network gives one and the same x0, whichever way it was taught to say it.
  @Test(arguments: [NoiseSchedule.linear, .cosine, .waveGrad], PredictionType.allCases)
  func perfectNetworksAgree(schedule: NoiseSchedule, prediction: PredictionType) throws {
    let table = try schedule.table()
    let gaussian = GaussianDenoiser(mean: 0.3, deviation: 0.5)
    let network = NetworkDenoiser(
      PerfectNetwork(gaussian: gaussian, prediction: prediction), prediction: prediction)
    let x = try normal([2, 1, 16], seed: 7)
    for level in stride(from: 0, to: table.count, by: 9).map({ table[$0] }) + [table.levels.last!] {
      expectClose(
        try network(x, at: level).doubles(), try gaussian(x, at: level).doubles(), rtol: 1e-9,
        atol: 1e-9, "x0 at \(level)")
      // float32 keeps what it can: reading ε divides its rounding by alpha.
      guard level.alpha > 0.01 else { continue }
      let single = try x.to(.float32)
      expectClose(
        try network(single, at: level).doubles(), try gaussian(x, at: level).doubles(),
        atol: 1e-5 * max(1, 0.1 / level.alpha), "float32 x0 at \(level)")
    }
  }

  /// A sampler never knows: its whole walk is the same.
  @Test(arguments: samplers) func samplersAgree(sampler: Sampler) throws {
    let ladder = try NoiseSchedule.linear.table().ladder(steps: 20, spacing: .trailing)
    let gaussian = GaussianDenoiser(mean: 0.3, deviation: 0.5)
    let x = try normal([2, 1, 16], seed: 7)
    let expected = try sampler.sample(
      gaussian, from: x, along: ladder, noise: normals(x.shape, seed: 8)
    ).doubles()
    for prediction in PredictionType.allCases {
      let network = PerfectNetwork(gaussian: gaussian, prediction: prediction)
      let found = try sampler.sample(
        NetworkDenoiser(network, prediction: prediction), from: x, along: ladder,
        noise: normals(x.shape, seed: 8))
      expectClose(try found.doubles(), expected, rtol: 1e-9, atol: 1e-9, "\(prediction)")
    }
  }
}

/// Says of Gaussian data exactly what `prediction` asks for; told √ᾱ and nothing else.
struct PerfectNetwork: NoiseConditionedNetwork {
  var gaussian: GaussianDenoiser
  var prediction: PredictionType

  func callAsFunction(_ x: Tensor, conditioning noiseLevels: [Double]) throws -> Tensor {
    let level = NoiseLevel(noiseLevel: noiseLevels[0])
    let x0 = try gaussian(x, at: level)
    let noise = try (x - x0 * level.alpha) / level.sigma
    return switch prediction {
    case .epsilon: noise
    case .sample: x0
    case .velocity: try noise * level.alpha - x0 * level.sigma
    case .flow: try noise - x0
    case .edm: try x0 * level.sigma - noise * level.alpha
    }
  }
}
