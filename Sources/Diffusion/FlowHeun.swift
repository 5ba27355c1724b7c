import Schedules
import Tensors

/// Heun's method for dx/dt = ε − x0 in flow coordinates; order 2.
///
/// - Parameters:
///   - denoise: the model; evaluated twice a step, once in a last step to clean, which is Euler's.
///   - x: the state at `ladder.start`.
///   - ladder: the (level, next level) pairs to walk.
///   - progress: called after each step with the number of steps done; what it throws ends the walk.
/// - Returns: the state at the end of the ladder.
///
/// Reference: Hairer, Nørsett and Wanner, "Solving Ordinary Differential Equations I" (1993),
/// section II.1.
public func flowHeun(
  _ denoise: some Denoiser, from x: Tensor, along ladder: Ladder,
  progress: (Int) throws -> Void = { _ in }
) throws -> Tensor {
  var x = try x / (ladder.start.alpha + ladder.start.sigma)
  for (i, step) in ladder.enumerated() {
    let dt = step.next.flowTime - step.level.flowTime
    let v = try denoise.velocity(x, at: step.level)
    let end = try x + v * dt
    if step.next.sigma > 0 {
      x = try x + (v + denoise.velocity(end, at: step.next)) * (dt / 2)
    } else {
      x = end
    }
    try progress(i + 1)
  }
  return try x * (ladder.goal.alpha + ladder.goal.sigma)
}
