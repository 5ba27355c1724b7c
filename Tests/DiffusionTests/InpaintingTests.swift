import Diffusion
import Schedules
import Tensors
import TestSupport
import Testing

@Suite struct InpaintingTests {
  private let ladder: Ladder
  /// Four values that hang together: neighbours by 0.9, of which the outer two are known.
  private let model = CorrelatedDenoiser(autoregressive: 0.9, extent: 4)
  private let values = [0: 1.5, 3: -0.5]

  init() throws {
    ladder = try NoiseSchedule.cosine.table().ladder(steps: 50, spacing: .trailing)
  }

  /// What is known comes out bit for bit, in the shape of a signal and of an image.
  @Test(arguments: samplers, [[2, 16], [2, 4, 4]])
  func knownValuesStay(sampler: Sampler, shape: [Int]) throws {
    let x0 = try normal([1] + shape, seed: 1).to(.float32)
    let pattern: [Float] = (0..<16).map { $0 % 3 == 0 ? 1 : 0 }
    let mask = try Tensor(pattern, shape: [1, 1] + shape.dropFirst())
    let known = Known(x0: x0, mask: mask)
    let model = GaussianDenoiser(mean: 0.3, deviation: 0.5)
    func expectKnown(_ x: Tensor) throws {
      let (found, expected) = try (x.floats(), x0.floats())
      for (index, value) in found.enumerated() {
        let place = index % 32
        if pattern[place % 16] == 1 {
          #expect(value.bitPattern == expected[place].bitPattern)
        } else {
          #expect(value != expected[place] && value.isFinite)
        }
      }
    }
    let noise = try BatchNoise(seed: 3, items: 0..<3, shape: shape)
    try expectKnown(
      repaint(
        model, sampler, around: known, from: noise.next(), along: ladder, resamplings: 2,
        noise: noise.next))
    // PNDM's last step mixes in earlier slopes.
    guard sampler != .pndm else { return }
    try expectKnown(
      sampler.sample(
        KnownDenoiser(model, known: known), from: noise.next(), along: ladder, noise: noise.next))
  }

  /// The more often a step is made again, the nearer what is filled in comes to the conditional
  /// distribution of the data: of the mean's error more than nine tenths go.
  @Test(arguments: [Sampler.ddim(eta: 0), .ddpm()])
  func resamplingsApproachTheConditional(sampler: Sampler) throws {
    let (means, variances) = model.conditional(on: values)
    func error(of filled: [Moments]) -> Double {
      [1, 2].reduce(0) { $0 + abs(filled[$1].mean - means[$1, default: 0]) }
    }
    let filled = try [1, 2, 5, 20].map { resamplings in
      try fill { x, noise, known in
        try repaint(
          model, sampler, around: known, from: x, along: ladder, resamplings: resamplings,
          noise: noise)
      }
    }
    let errors = filled.map(error)
    #expect(zip(errors, errors.dropFirst()).allSatisfy { $1 < 0.6 * $0 }, "\(errors)")
    #expect(errors[3] < 0.1 * errors[0], "\(errors)")
    for position in [1, 2] {
      expectClose(
        filled[3][position].variance.squareRoot(), variances[position, default: 0].squareRoot(),
        rtol: 0.2)
    }
    // What is only known to the estimate is not harmonised either.
    let estimated = try fill { x, noise, known in
      try sampler.sample(
        KnownDenoiser(model, known: known), from: x, along: ladder, noise: noise)
    }
    expectClose(error(of: estimated), errors[0], rtol: 0.1)
  }

  /// Mean and variance of each of the four values in 20 000 items that `walk` completes.
  private func fill(
    _ walk: (Tensor, () throws -> Tensor, Known) throws -> Tensor
  ) throws -> [Moments] {
    let count = 20_000
    let known = try Known(
      x0: Tensor((0..<4).map { values[$0] ?? 0.0 }, shape: [1, 1, 4]),
      mask: Tensor((0..<4).map { values[$0] == nil ? 0.0 : 1 }, shape: [1, 1, 4]))
    let noise = try normals([count, 1, 4], seed: 8)
    let x = try walk(noise(), noise, known).doubles()
    return (0..<4).map { position in
      Moments(stride(from: position, to: x.count, by: 4).map { x[$0] })
    }
  }
}
