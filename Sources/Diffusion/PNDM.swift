import Schedules
import Tensors

/// PLMS, the pseudo linear multistep method: a DDIM step with a mean of the last four ε estimates.
///
/// - Parameters:
///   - denoise: the model; evaluated once a step, twice in the first if its level has a thousandth of signal.
///   - x: the state at `ladder.start`.
///   - ladder: the (level, next level) pairs to walk. The means are made for evenly spaced timesteps.
///   - progress: called after each step with the number of steps done; what it throws ends the walk.
/// - Returns: the state at the end of the ladder.
/// - Throws: `StirError.Code.configuration` when the ladder starts without a signal.
///
/// Reference: Liu et al., "Pseudo Numerical Methods for Diffusion Models on Manifolds" (2022),
/// equations 11 and 12, with a start of order 2 in place of its pseudo Runge–Kutta steps.
public func pndm(
  _ denoise: some Denoiser, from x: Tensor, along ladder: Ladder,
  progress: (Int) throws -> Void = { _ in }
) throws -> Tensor {
  try ladder.requireSignal(for: "pndm")
  func noise(in x: Tensor, at level: NoiseLevel) throws -> Tensor {
    try level.noise(in: x, x0: denoise(x, at: level))
  }
  var x = x
  // Estimates of ε, the newest first.
  var noises: [Tensor] = []
  for (i, step) in ladder.enumerated() {
    noises = try [noise(in: x, at: step.level)] + noises.prefix(3)
    if i == 0, step.next.sigma > 0, !step.level.isAlmostNoise {
      let ahead = try noise(in: step.transferred(x, along: noises[0]), at: step.next)
      x = try step.transferred(x, along: (noises[0] + ahead) / 2)
    } else {
      let mean = try zip(noises, adamsBashforth[noises.count - 1]).map { try $0 * $1 }
      x = try step.transferred(x, along: mean.dropFirst().reduce(mean[0], +))
    }
    try progress(i + 1)
  }
  return x
}

/// The weights of the newest estimate and those before it, for one to four estimates.
private let adamsBashforth: [[Double]] = [
  [1], [3 / 2, -1 / 2], [23 / 12, -16 / 12, 5 / 12], [55 / 24, -59 / 24, 37 / 24, -9 / 24],
]

extension LadderStep {
  /// Equation 11: the next level's state if `x` holds the noise ε.
  fileprivate func transferred(_ x: Tensor, along ε: Tensor) throws -> Tensor {
    try (x - ε * level.sigma) * (next.alpha / level.alpha) + ε * next.sigma
  }
}
