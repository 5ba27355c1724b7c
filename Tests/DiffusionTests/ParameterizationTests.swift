import Core
import Diffusion
import Schedules
import Tensors
import TestSupport
import Testing

@Suite struct ParameterizationTests {
  /// What a network is to say, read back, is the x0 it was made of.
  @Test(arguments: PredictionType.allCases, seeds)
  func sampleOfTarget(prediction: PredictionType, seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let levels = (0..<4).map { _ in randomLevel(&random) }
    let shape = [4, 2, 5]
    let x0 = try normal(shape, seed: UInt32(seed))
    let noise = try normal(shape, seed: UInt32(seed) + 1000)
    let target = try prediction.target(
      x0: x0, noise: noise, alpha: Tensor(levels.map(\.alpha), shape: [4, 1, 1]),
      sigma: Tensor(levels.map(\.sigma), shape: [4, 1, 1]))

    for (item, level) in levels.enumerated() {
      func row(_ batch: Tensor) throws -> Tensor { try batch.sliced(dim: 0, item..<item + 1) }
      let x = try level.addNoise(to: row(x0), noise: row(noise))
      let read = try prediction.sample(from: row(target), x: x, level: level)
      expectClose(try read.doubles(), try row(x0).doubles(), rtol: 1e-9, atol: 1e-9)
      expectClose(
        try level.noise(in: x, x0: read).doubles(), try row(noise).doubles(), rtol: 1e-9,
        atol: 1e-9)
    }
  }

  /// At alpha 0.6, sigma 0.8: x = 0.6·2 − 0.8·1 = 0.4 and v = 0.6·(−1) − 0.8·2 = −2.2.
  @Test(arguments: [(PredictionType.epsilon, -1.0), (.sample, 2), (.velocity, -2.2)])
  func handValues(prediction: PredictionType, said: Double) throws {
    let level = NoiseLevel(alpha: 0.6, sigma: 0.8)
    func one(_ value: Double) throws -> Tensor { try Tensor([value], shape: [1, 1, 1]) }
    let target = try prediction.target(
      x0: one(2), noise: one(-1), alpha: one(0.6), sigma: one(0.8))
    expectClose(try target.item(), said, rtol: 1e-12)
    expectClose(try level.addNoise(to: one(2), noise: one(-1)).item(), 0.4, rtol: 1e-12)
    expectClose(
      try prediction.sample(from: one(said), x: one(0.4), level: level).item(), 2, rtol: 1e-12)
    expectClose(try level.noise(in: one(0.4), x0: one(2)).item(), -1, rtol: 1e-12)
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
    }
  }
}
