import Schedules
import Tensors

/// Multistep consistency sampling: each step puts fresh noise of the next level on the x0 estimate.
///
/// For denoisers that lead from any level to the end of the ODE in one step, as a consistency model
/// does. From an ordinary denoiser, whose estimate is a mean, it makes data of too little variance.
///
/// - Parameters:
///   - denoise: the consistency model; evaluated once a step.
///   - x: the state at `ladder.start`.
///   - ladder: the (level, next level) pairs to walk; a few.
///   - noise: fresh normal noise in the shape of `x`; not called for a step to clean.
///   - progress: called after each step with the number of steps done; what it throws ends the walk.
/// - Returns: the state at the end of the ladder.
///
/// Reference: Song et al., "Consistency Models" (2023), algorithm 1; Luo et al., "Latent Consistency
/// Models" (2023), algorithm 3.
public func lcm(
  _ denoise: some Denoiser, from x: Tensor, along ladder: Ladder, noise: () throws -> Tensor,
  progress: (Int) throws -> Void = { _ in }
) throws -> Tensor {
  var x = x
  for (i, step) in ladder.enumerated() {
    x = try denoise(x, at: step.level) * step.next.alpha
    if step.next.sigma > 0 { x = try x + noise() * step.next.sigma }
    try progress(i + 1)
  }
  return x
}
