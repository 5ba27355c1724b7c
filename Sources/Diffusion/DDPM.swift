import Schedules
import Tensors

/// Ancestral sampling: each step draws from the Gaussian posterior q(x_s | x_t, x0).
///
/// - Parameters:
///   - denoise: the model.
///   - x: the state at `ladder.start`; for a chain that begins in noise, normal noise.
///   - ladder: the (level, next level) pairs to walk.
///   - variance: σ² of the posterior, or β; they differ little over many steps.
///   - noise: fresh normal noise in the shape of `x`.
///   - progress: called after each step with the number of steps done; what it throws ends the walk.
/// - Returns: the state at the end of the ladder.
///
/// Reference: Ho et al. 2020, algorithm 2 with equations 6 and 7, written for any two levels.
public func ddpm(
  _ denoise: some Denoiser, from x: Tensor, along ladder: Ladder,
  variance: PosteriorVariance = .fixedSmall, noise: () throws -> Tensor,
  progress: (Int) throws -> Void = { _ in }
) throws -> Tensor {
  var x = x
  for (i, step) in ladder.enumerated() {
    let x0 = try denoise(x, at: step.level)
    let transition = step.transition
    x = try x0 * transition.posteriorMeanX0 + x * transition.posteriorMeanXt
    let σ = transition.posteriorVariance(variance).squareRoot()
    if σ > 0 { x = try x + noise() * σ }
    try progress(i + 1)
  }
  return x
}
