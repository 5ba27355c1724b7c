import Diffusion
import Foundation
import Schedules
import Tensors
import TestSupport
import Testing

@Suite struct GuidanceTests {
  let conditional = GaussianDenoiser(mean: 0.8, deviation: 0.3)
  let unconditional = GaussianDenoiser(mean: -0.1, deviation: 0.9)
  static let levels = [-6.0, -1, 0, 2, 8].map { NoiseLevel(logSNR: $0) }

  private var pair: DenoiserPair<GaussianDenoiser, GaussianDenoiser> {
    DenoiserPair(conditional: conditional, unconditional: unconditional)
  }

  /// A pair of affine estimates gives the affine estimate between or beyond them.
  @Test(arguments: [-0.5, 0.25, 2, 7.5], levels)
  func closedForm(w: Double, level: NoiseLevel) throws {
    let x = try normal([3, 2, 9], seed: 1)
    let guided = try GuidedDenoiser(pair, guidanceScale: w)(x, at: level)
    let (c, u) = (conditional.estimate(at: level), unconditional.estimate(at: level))
    let (slope, offset) = (u.slope + w * (c.slope - u.slope), u.offset + w * (c.offset - u.offset))
    expectClose(
      try guided.doubles(), try x.doubles().map { slope * $0 + offset }, rtol: 1e-12, atol: 1e-12)
  }

  /// The same number in ε as in x0: guidance of what the estimates say of the noise.
  @Test(arguments: levels) func sameAsGuidingTheNoise(level: NoiseLevel) throws {
    let x = try normal([2, 1, 9], seed: 2)
    let guided = try level.noise(in: x, x0: GuidedDenoiser(pair, guidanceScale: 3)(x, at: level))
    let c = try level.noise(in: x, x0: conditional(x, at: level))
    let u = try level.noise(in: x, x0: unconditional(x, at: level))
    expectClose(
      try guided.doubles(), try (u + (c - u) * 3).doubles(), rtol: 1e-9, atol: 1e-9)
  }

  /// 1 is the conditional estimate and 0 the unconditional one, to the bit.
  @Test(arguments: levels) func oneAndZeroAreTheEstimates(level: NoiseLevel) throws {
    let x = try normal([3, 1, 9], seed: 3).to(.float32)
    func guided(_ w: Double) throws -> [Float] {
      try GuidedDenoiser(pair, guidanceScale: w)(x, at: level).floats()
    }
    #expect(try guided(1) == conditional(x, at: level).floats())
    #expect(try guided(0) == unconditional(x, at: level).floats())
  }

  /// φ = 1 gives each item the conditional estimate's deviation, φ between gives what lies between.
  @Test(arguments: [0.0, 0.4, 0.7, 1]) func rescaling(φ: Double) throws {
    let level = Self.levels[3]
    // Clipped, so that a loud item is scaled by another factor than a soft one.
    let conditional = ClippedDenoiser(conditional, to: 0.9)
    let pair = DenoiserPair(conditional: conditional, unconditional: unconditional)
    let x = try Tensor.concatenated(
      [normal([1, 2, 30], seed: 4), normal([1, 2, 30], seed: 5) * 4], dim: 0)
    let plain = try GuidedDenoiser(pair, guidanceScale: 5)(x, at: level)
    let rescaled = try GuidedDenoiser(pair, guidanceScale: 5, guidanceRescale: φ)(x, at: level)
    let aim = try conditional(x, at: level)
    for item in 0..<2 {
      let (before, after) = try (deviation(plain, item), deviation(rescaled, item))
      expectClose(after, φ * (try deviation(aim, item)) + (1 - φ) * before, rtol: 1e-9)
      expectClose(
        try rescaled.sliced(dim: 0, item..<(item + 1)).doubles(),
        try plain.sliced(dim: 0, item..<(item + 1)).doubles().map { $0 * after / before },
        rtol: 1e-9)
    }
  }

  /// An item without any deviation is left as it is, and is a number.
  @Test func silenceIsNotScaled() throws {
    let silence = try Tensor.zeros([1, 1, 8])
    let pair = DenoiserPair(
      conditional: ConstantDenoiser(x0: silence), unconditional: ConstantDenoiser(x0: silence))
    let guided = GuidedDenoiser(pair, guidanceScale: 4, guidanceRescale: 1)
    #expect(try guided(silence, at: Self.levels[2]).floats() == Array(repeating: 0, count: 8))
  }

  /// Outside the interval of sigma/alpha the unconditional model is not even asked.
  @Test func intervalOfLevels() throws {
    let x = try normal([2, 1, 9], seed: 6)
    let unconditional = RecordingDenoiser(self.unconditional)
    let guided = GuidedDenoiser(
      DenoiserPair(conditional: conditional, unconditional: unconditional), guidanceScale: 3,
      interval: 0.5...2)
    for ratio in [0.1, 0.49, 2.01, 100] {
      let level = NoiseLevel(logSNR: -2 * log(ratio))
      #expect(try guided(x, at: level).doubles() == conditional(x, at: level).doubles())
    }
    let noise = NoiseLevel(alpha: 0, sigma: 1)
    #expect(try guided(x, at: noise).doubles() == conditional(x, at: noise).doubles())
    #expect(unconditional.levels.isEmpty)
    for ratio in [0.51, 1, 1.99] {
      let level = NoiseLevel(logSNR: -2 * log(ratio))
      #expect(
        try guided(x, at: level).doubles()
          == GuidedDenoiser(pair, guidanceScale: 3)(x, at: level).doubles())
    }
    #expect(unconditional.levels.count == 3)
  }

  private func deviation(_ x: Tensor, _ item: Int) throws -> Double {
    let values = try x.sliced(dim: 0, item..<(item + 1)).doubles()
    return Moments(values).variance.squareRoot()
  }
}

/// Mean and variance of numbers.
struct Moments {
  let mean, variance: Double

  init(_ values: [Double]) {
    let (n, mean) = (Double(values.count), values.reduce(0, +) / Double(values.count))
    self.mean = mean
    variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
  }
}
