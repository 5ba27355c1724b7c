import Schedules
import Tensors

/// Euler's method for dx/dt = ε − x0 in flow coordinates; order 1.
///
/// It is ``ddim(_:from:along:eta:noise:progress:)`` at η = 0 in other coordinates.
///
/// - Parameters:
///   - denoise: the model; evaluated once a step.
///   - x: the state at `ladder.start`.
///   - ladder: the (level, next level) pairs to walk.
///   - progress: called after each step with the number of steps done; what it throws ends the walk.
/// - Returns: the state at the end of the ladder.
///
/// Reference: Liu, Gong and Liu, "Flow Straight and Fast" (2023), section 2.2.
public func flowEuler(
  _ denoise: some Denoiser, from x: Tensor, along ladder: Ladder,
  progress: (Int) throws -> Void = { _ in }
) throws -> Tensor {
  var x = try x / (ladder.start.alpha + ladder.start.sigma)
  for (i, step) in ladder.enumerated() {
    let dt = step.next.flowTime - step.level.flowTime
    x = try x + denoise.velocity(x, at: step.level) * dt
    try progress(i + 1)
  }
  return try x * (ladder.goal.alpha + ladder.goal.sigma)
}
