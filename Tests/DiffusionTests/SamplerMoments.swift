import Diffusion
import Schedules
import Tensors

/// What a sampler makes of a normal state, when its denoiser is affine.
///
/// Then the result is affine in the start and in each step's noise, so its mean and variance are
/// known without a random number: one element of the batch carries the start, one each noise.
struct SamplerMoments {
  /// The result from a start of 0 without noise.
  var offset: Double
  /// The factor of the start.
  var slope: Double
  /// The factor of each step's noise.
  var noise: [Double]

  init(
    _ sampler: Sampler, _ denoise: some Denoiser, along ladder: Ladder
  ) throws {
    let count = ladder.count + 2
    var drawn = 0
    func unit(_ index: Int) throws -> Tensor {
      var values = [Double](repeating: 0, count: count)
      values[index] = 1
      return try Tensor(values, shape: [1, 1, count])
    }
    let end = try sampler.sample(
      denoise, from: unit(0), along: ladder,
      noise: {
        drawn += 1
        return try unit(drawn)
      }
    ).doubles()
    offset = end[count - 1]
    slope = end[0] - offset
    noise = end[1..<drawn + 1].map { [offset] in $0 - offset }
  }

  /// The mean of the result for a start of the given mean.
  func mean(start: Double = 0) -> Double { offset + slope * start }

  /// The variance of the result for a start of the given variance.
  func variance(start: Double = 1) -> Double {
    noise.reduce(slope * slope * start) { $0 + $1 * $1 }
  }
}
