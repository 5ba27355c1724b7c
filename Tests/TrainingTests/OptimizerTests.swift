import Foundation
import Networks
import Tensors
import Testing

@testable import Training

@Suite struct OptimizerTests {
  /// Three updates against Loshchilov and Hutter's algorithm 2, written out for one weight.
  @Test func adamWFollowsThePaper() throws {
    let parameter = try Parameter(Tensor([Double(0.7)], shape: [1]))
    let optimizer = try AdamW([parameter], weightDecay: 0.1)
    let gradients = [0.3, -0.2, 0.05]
    var (w, m, v) = (0.7, 0.0, 0.0)
    for (i, g) in gradients.enumerated() {
      let t = Double(i + 1)
      m = 0.9 * m + 0.1 * g
      v = 0.999 * v + 0.001 * g * g
      let mHat = m / (1 - pow(0.9, t))
      let vHat = v / (1 - pow(0.999, t))
      w -= 0.01 * (mHat / (vHat.squareRoot() + 1e-8) + 0.1 * w)
      try optimizer.update(
        [parameter], gradients: [Tensor([g], shape: [1])], gradientScale: 1, rate: 0.01,
        update: i + 1)
      #expect(abs(try parameter.tensor.item() - w) < 1e-12)
    }
  }

  /// Published: 1 − (1+n)^−p reaches .999 at 31.6 k updates for p = 2/3, at 10 k for p = 3/4.
  @Test(arguments: [(2.0 / 3.0, 31_622), (0.75, 9_999)])
  func emaWarmUpReachesThousandthAtThePublishedUpdate(power: Double, updates: Int) {
    let decay = EMA.decay(update: updates, power: power, maximum: 1)
    #expect(abs(decay - 0.999) < 1e-6)
    #expect(EMA.decay(update: updates, power: power, maximum: 0.99) == 0.99)
  }

  @Test func emaFollowsItsRecursion() throws {
    let parameter = try Parameter(Tensor([Double(1)], shape: [1]))
    let ema = try EMA([parameter], power: 0.75, maximumDecay: 0.9999)
    var expected = 1.0
    for n in 1...5 {
      try parameter.tensor.copy(from: Tensor([Double(n)], shape: [1]))
      try ema.update([parameter], update: n)
      let decay = 1 - pow(1 + Double(n), -0.75)
      expected = decay * expected + (1 - decay) * Double(n)
    }
    #expect(abs(try ema.averages[0].item() - expected) < 1e-12)
  }

  @Test(arguments: [
    (TrainingConfiguration.LearningRateDecay.constant, [0.25, 1.0, 1.0, 1.0, 1.0]),
    (.linear, [0.25, 1.0, 0.75, 0.5, 0.0]),
    (.cosine, [0.25, 1.0, (1 + cos(.pi * 0.25)) / 2, 0.5, 0.0]),
  ])
  func learningRateRisesAndFalls(
    decay: TrainingConfiguration.LearningRateDecay, expected: [Double]
  ) {
    var training = TrainingConfiguration()
    (training.learningRate, training.warmupSteps, training.steps) = (1, 4, 12)
    training.decay = decay
    for (step, rate) in zip([0, 4, 6, 8, 12], expected) {
      #expect(abs(training.learningRate(after: step) - rate) < 1e-12, "after \(step)")
    }
  }
}
