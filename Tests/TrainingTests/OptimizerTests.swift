import Foundation
import Networks
import Tensors
import Testing

@testable import Training

@Suite struct OptimizerTests {
  /// Three updates against Loshchilov and Hutter's algorithm 2 and the average's recursion, written
  /// out: in libtorch's operations (float64) and in the kernel (float32, more than its chunk).
  @Test(arguments: [(DType.float64, 5, 1e-12), (.float32, 40_000, 3e-7)])
  func adamWFollowsThePaper(dtype: DType, count: Int, tolerance: Double) throws {
    func wave(_ i: Int, _ phase: Double) -> Double { sin(Double(i) * 0.37 + phase) }
    let start = (0..<count).map { wave($0, 0) }
    let parameter = try Parameter(Tensor(start, shape: [count]).to(dtype))
    let optimizer = try AdamW([parameter], weightDecay: 0.1)
    let ema = try EMA([parameter], power: 0.75, maximumDecay: 0.9999)
    var w = start, average = start
    var (m, v) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
    for update in 1...3 {
      let t = Double(update), decay = 1 - pow(1 + t, -0.75)
      let gradients = (0..<count).map { wave($0, t) }
      for i in 0..<count {
        let g = 0.5 * gradients[i]
        m[i] = 0.9 * m[i] + 0.1 * g
        v[i] = 0.999 * v[i] + 0.001 * g * g
        let mHat = m[i] / (1 - pow(0.9, t))
        let vHat = v[i] / (1 - pow(0.999, t))
        w[i] -= 0.01 * (mHat / (vHat.squareRoot() + 1e-8) + 0.1 * w[i])
        average[i] = decay * average[i] + (1 - decay) * w[i]
      }
      try optimizer.update(
        [parameter], gradients: [Tensor(gradients, shape: [count]).to(dtype)], gradientScale: 0.5,
        rate: 0.01, update: update, ema: ema)
      for (found, expected) in try zip(
        [parameter.tensor, ema.averages[0]].map { try $0.doubles() }, [w, average])
      {
        let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
        #expect(worst < tolerance, "update \(update)")
      }
    }
  }

  /// Published: 1 − (1+n)^−p reaches .999 at 31.6 k updates for p = 2/3, at 10 k for p = 3/4.
  @Test(arguments: [(2.0 / 3.0, 31_622), (0.75, 9_999)])
  func emaWarmUpReachesThousandthAtThePublishedUpdate(power: Double, updates: Int) throws {
    #expect(abs(try EMA([], power: power, maximumDecay: 1).decay(update: updates) - 0.999) < 1e-6)
    #expect(try EMA([], power: power, maximumDecay: 0.99).decay(update: updates) == 0.99)
  }

  @Test(arguments: [DType.float32, .float64])
  func globalNormIsTheRootOfAllSquares(dtype: DType) throws {
    let tensors = try [3, 16_385, 1].map { count in
      try Tensor((0..<count).map { Double($0 % 7) - 3 }, shape: [count]).to(dtype)
    }
    let squares = try tensors.flatMap { try $0.doubles() }.reduce(0) { $0 + $1 * $1 }
    #expect(abs(try Tensor.globalNorm(tensors) / squares.squareRoot() - 1) < 1e-6)
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
