import Core
import Diffusion
import Foundation
import Schedules
import Tensors
import TestSupport
import Testing

@Suite struct ObjectiveTests {
  static let levels = [NoiseLevel(alpha: 0.6, sigma: 0.8), NoiseLevel(alpha: 0.96, sigma: 0.28)]
  static let x0 = [2.0, -1, 0.5, 3]
  static let noise = [-1.0, 0.25, 2, 1]

  /// A network that says 0: the loss is the size of the target, item by item.
  ///
  /// The targets: ε = −1, 0.25 | 2, 1; x0 = 2, −1 | 0.5, 3; and v = alpha·ε − sigma·x0 =
  /// −2.2, 0.95 | 1.78, 0.12.
  @Test(arguments: [
    (PredictionType.epsilon, LossType.l1, [0.625, 1.5]), (.epsilon, .l2, [0.53125, 2.5]),
    (.sample, .l1, [1.5, 1.75]), (.sample, .l2, [2.5, 4.625]),
    (.velocity, .l1, [1.575, 0.95]), (.velocity, .l2, [2.87125, 1.5914]),
  ])
  func silentNetwork(prediction: PredictionType, loss: LossType, expected: [Double]) throws {
    let losses = try losses(ScalingNetwork(factor: Tensor([0.0], shape: [1])), prediction, loss)
    #expect(losses.shape == [2])
    expectClose(try losses.doubles(), expected, rtol: 1e-12)
  }

  /// A network that repeats its input: x = 0.4, −0.4 | 1.04, 3.16.
  @Test(arguments: [
    (PredictionType.epsilon, LossType.l1, [1.025, 1.56]), (.sample, .l2, [1.46, 0.1586]),
    (.velocity, .l1, [1.975, 1.89]),
  ])
  func repeatingNetwork(prediction: PredictionType, loss: LossType, expected: [Double]) throws {
    let losses = try losses(ScalingNetwork(factor: Tensor([1.0], shape: [1])), prediction, loss)
    expectClose(try losses.doubles(), expected, rtol: 1e-12)
  }

  /// Of a perfect network nothing is left to learn but what x cannot tell: zero for known data.
  @Test(arguments: PredictionType.allCases, LossType.allCases)
  func perfectNetwork(prediction: PredictionType, loss: LossType) throws {
    var random = SplitMix64(seed: 3)
    let level = randomLevel(&random)
    let x0 = try Tensor.full(0.3, shape: [2, 1, 9], dtype: .float64)
    let network = PerfectNetwork(
      gaussian: GaussianDenoiser(mean: 0.3, deviation: 0), prediction: prediction)
    let losses = try objective(prediction, loss).losses(
      network, x0: x0, noise: normal([2, 1, 9], seed: 1), levels: [level, level])
    expectClose(try losses.doubles(), [0, 0], atol: 1e-12)
  }

  /// The network sees each item at its own level, and is told it.
  @Test func itemsHaveTheirOwnLevels() throws {
    let network = ListeningNetwork()
    let together = try losses(network, .velocity, .l2).doubles()
    #expect(network.heard == [Self.levels.map(\.noiseLevel)])
    for item in 0..<2 {
      let range = item * 2..<item * 2 + 2
      let alone = try objective(.velocity, .l2).losses(
        network, x0: Tensor(Array(Self.x0[range]), shape: [1, 1, 2]),
        noise: Tensor(Array(Self.noise[range]), shape: [1, 1, 2]), levels: [Self.levels[item]])
      #expect(try alone.doubles() == [together[item]])
    }
  }

  /// The gradient of the mean loss equals central differences.
  @Test(arguments: PredictionType.allCases, LossType.allCases)
  func gradient(prediction: PredictionType, loss: LossType) throws {
    func mean(_ value: Double) throws -> Double {
      try losses(ScalingNetwork(factor: Tensor([value], shape: [1])), prediction, loss).mean()
        .item()
    }
    let factor = try Tensor([0.37], shape: [1]).requiringGradient()
    try losses(ScalingNetwork(factor: factor), prediction, loss).mean().backward()
    let found = try #require(factor.gradient).item()
    expectClose(found, (try mean(0.37 + 1e-5) - mean(0.37 - 1e-5)) / 2e-5, rtol: 1e-7, atol: 1e-9)
  }

  /// Half the square up to δ = 1, |e| − 1/2 beyond: e = 2.2, 0.95 | 1.78, 0.12.
  @Test func huber() throws {
    let silent = try ScalingNetwork(factor: Tensor([0.0], shape: [1]))
    expectClose(
      try losses(silent, .velocity, .huber).doubles(),
      [(1.7 + 0.45125) / 2, (1.28 + 0.0072) / 2], rtol: 1e-12)
  }

  /// The published forms at SNR = 0.36/0.64, each for the prediction that it was published for.
  @Test(arguments: [
    (LossWeighting.minSNR, PredictionType.sample, 0.5625), (.minSNR, .epsilon, 1),
    (.minSNR, .velocity, 0.5625 / 1.5625), (.p2, .epsilon, 1 / 1.5625),
    (.sigmoid, .epsilon, 1 / (1 + 0.5625 * exp(1.0))), (.none, .epsilon, 1), (.none, .edm, 1),
  ])
  func weights(weighting: LossWeighting, prediction: PredictionType, expected: Double) {
    var objective = objective(prediction, .l2)
    objective.weighting = weighting
    expectClose(objective.weight(at: Self.levels[0]), expected, rtol: 1e-12)
  }

  @Test func minSNRIsCut() {
    var objective = objective(.sample, .l2)
    objective.weighting = .minSNR
    expectClose(objective.weight(at: NoiseLevel(alpha: 1, sigma: 0.1)), 5, rtol: 1e-12)
  }

  /// A weighting is one of x0's error: the weighted loss of one and the same x0 error is the same,
  /// whatever is predicted.
  @Test(arguments: LossWeighting.allCases.filter { $0 != .none }, PredictionType.allCases)
  func weightingMeansTheSame(weighting: LossWeighting, prediction: PredictionType) throws {
    func loss(_ prediction: PredictionType) throws -> [Double] {
      var objective = objective(prediction, .l2)
      objective.weighting = weighting
      // Perfect for data that is 0.2, of which the items are some way off.
      let network = PerfectNetwork(
        gaussian: GaussianDenoiser(mean: 0.2, deviation: 0), prediction: prediction)
      return try objective.losses(
        network, x0: Tensor([2.0, -1], shape: [1, 1, 2]),
        noise: Tensor([0.1, 0.7], shape: [1, 1, 2]),
        levels: [Self.levels[0]]
      ).doubles()
    }
    expectClose(try loss(prediction), try loss(.sample), rtol: 1e-10)
  }

  @Test func names() throws {
    #expect(LossType.allCases.map(\.rawValue) == ["l1", "l2", "huber"])
    #expect(LossWeighting.allCases.map(\.rawValue) == ["none", "min_snr", "p2", "edm", "sigmoid"])
    let other = try Objective(
      overriding: .object(["prediction_type": .string("epsilon"), "loss": .string("l1")]))
    #expect(other == objective(.epsilon, .l1))
    try expectError(.configuration, containing: "loss", "hubert", "did you mean huber") {
      _ = try Objective(overriding: .object(["loss": .string("hubert")]))
    }
  }

  @Test(arguments: ["huber_delta", "snr_gamma", "sigma_data", "p_std", "logit_std"])
  func badSettings(key: String) throws {
    try expectError(.configuration, containing: key, "-1") {
      try Objective(overriding: .object([key: .number(-1)])).validate()
    }
  }

  private func objective(_ prediction: PredictionType, _ loss: LossType) -> Objective {
    var objective = Objective()
    (objective.prediction, objective.loss) = (prediction, loss)
    return objective
  }

  private func losses(
    _ network: some NoiseConditionedNetwork, _ prediction: PredictionType, _ loss: LossType
  ) throws -> Tensor {
    try objective(prediction, loss).losses(
      network, x0: Tensor(Self.x0, shape: [2, 1, 2]), noise: Tensor(Self.noise, shape: [2, 1, 2]),
      levels: Self.levels)
  }
}

/// Says factor·x.
private struct ScalingNetwork: NoiseConditionedNetwork {
  var factor: Tensor
  func callAsFunction(_ x: Tensor, conditioning noiseLevels: [Double]) throws -> Tensor {
    try x * factor
  }
}
