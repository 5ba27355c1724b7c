import Diffusion
import Schedules
import Tensors
import TestSupport
import Testing

@Suite struct ClippingTests {
  static let level = NoiseLevel(alpha: 0.6, sigma: 0.8)

  @Test(arguments: [1, 0.25]) func clipsTheEstimate(bound: Double) throws {
    let x = try Tensor([-3, -1, -0.1, 0, 0.2, 0.25, 1, 7.0], shape: [2, 2, 2])
    let x0 = try ClippedDenoiser(IdentityDenoiser(), to: bound)(x, at: Self.level)
    #expect(x0.shape == x.shape)
    #expect(try x0.doubles() == x.doubles().map { min(max($0, -bound), bound) })
  }

  /// The state keeps what lies beyond the bound: with x0 clipped to 1, x = 2.2 holds ε = 2 at
  /// (0.28, 0.96), which is 0.6 + 0.8·2 = 2.2 again at (0.6, 0.8).
  @Test(arguments: [1.0, -1]) func stateIsNotClipped(sign: Double) throws {
    let ladder = try Ladder(levels: [NoiseLevel(alpha: 0.28, sigma: 0.96), Self.level])
    let denoiser = try ClippedDenoiser(
      ConstantDenoiser(x0: Tensor([5 * sign], shape: [1, 1, 1])))
    let x = try Tensor([2.2 * sign], shape: [1, 1, 1])
    let implicit = try ddim(denoiser, from: x, along: ladder, noise: { throw UnexpectedNoise() })
    expectClose(try implicit.item(), 2.2 * sign, rtol: 1e-12)
    let ancestral = try ddpm(denoiser, from: x, along: ladder, noise: { try Tensor.zeros(like: x) })
    expectClose(try ancestral.item(), (55 + 35 * 2.2) / 108 * sign, rtol: 1e-12)
  }

  /// Over a whole walk estimates stay in the bound, states do not, and the end does; not that of
  /// PNDM, whose last step goes beyond the last estimate.
  @Test(arguments: samplers) func wholeWalk(sampler: Sampler) throws {
    let x = try normal([2, 1, 32], seed: 4)
    let denoiser = RecordingDenoiser(
      ClippedDenoiser(GaussianDenoiser(mean: 0.3, deviation: 2), to: 1))
    let end = try sampler.sample(
      denoiser, from: x, along: NoiseSchedule.cosine.table().ladder(steps: 12, spacing: .trailing),
      noise: normals(x.shape, seed: 5))
    #expect(denoiser.estimates.allSatisfy { $0.allSatisfy { abs($0) <= 1 } })
    #expect(denoiser.estimates.contains { $0.contains { abs($0) == 1 } })
    #expect(denoiser.states.allSatisfy { $0.contains { abs($0) > 1 } })
    if sampler != .pndm { #expect(try end.doubles().allSatisfy { abs($0) <= 1 }) }
  }

  /// An explicit quantile of each item, with linear interpolation between neighbours.
  @Test(arguments: [0.5, 0.9, 0.995, 1], [1, 0.25])
  func dynamicThreshold(quantile: Double, bound: Double) throws {
    let (items, size) = (5, 38)
    // Items of very different loudness, so that a quantile over the batch would show.
    let values = try normal([items, 2, 19], seed: 6).doubles().enumerated().map { i, value in
      value * [0.01, 0.3, 1, 5, 80][i / size]
    }
    let x = try Tensor(values, shape: [items, 2, 19])
    let x0 = try DynamicThresholdDenoiser(IdentityDenoiser(), quantile: quantile, bound: bound)(
      x, at: Self.level)
    #expect(x0.shape == x.shape)
    let expected = (0..<items).flatMap {
      thresholded(Array(values[$0 * size..<($0 + 1) * size]), quantile, bound)
    }
    expectClose(try x0.doubles(), expected, rtol: 1e-12, atol: 1e-15)
    #expect(try x0.abs().doubles().allSatisfy { $0 <= bound * (1 + 1e-12) })
  }

  @Test(arguments: [DType.float32, .float64]) func noEffectWithinTheBound(dtype: DType) throws {
    let x = try (normal([3, 1, 40], seed: 8).clamped(to: -1...1) * 0.9).to(dtype)
    let x0 = try DynamicThresholdDenoiser(IdentityDenoiser())(x, at: Self.level)
    #expect(x0.dtype == dtype)
    #expect(try x0.doubles() == x.doubles())
  }

  /// 1, 2, 3, 4, 5 with the quantile 0.6: s = 3.4.
  @Test func dynamicThresholdByHand() throws {
    let x = try Tensor([3.0, -1, 5, 2, -4], shape: [1, 1, 5])
    let x0 = try DynamicThresholdDenoiser(IdentityDenoiser(), quantile: 0.6, bound: 2)(
      x, at: Self.level)
    expectClose(
      try x0.doubles(), [3 / 1.7, -1 / 1.7, 2, 2 / 1.7, -2], rtol: 1e-12)
  }
}

private func thresholded(_ item: [Double], _ quantile: Double, _ bound: Double) -> [Double] {
  let sorted = item.map(abs).sorted()
  let position = quantile * Double(sorted.count - 1)
  let (low, high) = (Int(position.rounded(.down)), Int(position.rounded(.up)))
  let value = sorted[low] + (sorted[high] - sorted[low]) * (position - Double(low))
  let s = max(value, bound)
  return item.map { min(max($0, -s), s) / s * bound }
}
