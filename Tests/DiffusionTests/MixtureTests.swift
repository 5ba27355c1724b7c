import Diffusion
import Schedules
import Tensors
import TestSupport
import Testing

@Suite struct MixtureTests {
  static let weights = [0.3, 0.7]
  static let means = [-1.0, 0.6]
  static let deviation = 0.1

  /// Both modes come out, in their proportion, each with its mean and the spread that the sampler
  /// would give to data of that mode alone, all within five standard errors.
  ///
  /// LCM is left out: its estimate must be a point of the data, and the mean of both is none.
  @Test(arguments: samplers.filter { $0 != .lcm }) func keepsBothModes(sampler: Sampler) throws {
    let denoiser = MixtureDenoiser(
      weights: Self.weights, means: Self.means, deviation: Self.deviation)
    let ladder = try NoiseSchedule.cosine.table().ladder(steps: 250, spacing: .trailing)
    let count = 20_000
    let noise = try BatchNoise(seed: 5, items: 0..<1, shape: [1, count])
    let x = try sampler.sample(
      denoiser, from: noise.next(), along: ladder, noise: noise.next
    ).doubles()

    let middle = (Self.means[0] + Self.means[1]) / 2
    let modes = [x.filter { $0 < middle }, x.filter { $0 >= middle }]
    for (mode, (weight, mean)) in zip(modes, zip(Self.weights, Self.means)) {
      let n = Double(mode.count)
      expectClose(
        n / Double(count), weight, atol: 5 * (weight * (1 - weight) / Double(count)).squareRoot())
      let found = mode.reduce(0, +) / n
      expectClose(found, mean, atol: 5 * Self.deviation / n.squareRoot())
      let spread = (mode.reduce(0) { $0 + ($1 - found) * ($1 - found) } / n).squareRoot()
      let alone = try SamplerMoments(
        sampler, GaussianDenoiser(mean: mean, deviation: Self.deviation), along: ladder)
      expectClose(spread, alone.variance().squareRoot(), rtol: 5 / (2 * n).squareRoot())
    }
  }

  /// With one part, or two equal ones, it is the Gaussian.
  @Test(arguments: [[1.0], [0.4, 0.6]]) func oneModeIsGaussian(weights: [Double]) throws {
    let x = try normal([1, 1, 20], seed: 1)
    let mixture = MixtureDenoiser(
      weights: weights, means: weights.map { _ in 0.3 }, deviation: 0.5)
    let gaussian = GaussianDenoiser(mean: 0.3, deviation: 0.5)
    for logSNR in [-8.0, 0, 8] {
      let level = NoiseLevel(logSNR: logSNR)
      expectClose(
        try mixture(x, at: level).doubles(), try gaussian(x, at: level).doubles(), rtol: 1e-12,
        atol: 1e-12)
    }
  }
}
