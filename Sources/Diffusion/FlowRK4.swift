import Schedules
import Tensors

/// The classical Runge–Kutta method for dx/dt = ε − x0 in flow coordinates; order 4.
///
/// - Parameters:
///   - denoise: the model; evaluated four times a step, once in a last step to clean, which is
///     Euler's.
///   - x: the state at `ladder.start`.
///   - ladder: the (level, next level) pairs to walk.
///   - progress: called after each step with the number of steps done; what it throws ends the walk.
/// - Returns: the state at the end of the ladder.
///
/// Reference: Hairer, Nørsett and Wanner, "Solving Ordinary Differential Equations I" (1993),
/// table II.1.2.
public func flowRK4(
  _ denoise: some Denoiser, from x: Tensor, along ladder: Ladder,
  progress: (Int) throws -> Void = { _ in }
) throws -> Tensor {
  var x = try x / (ladder.start.alpha + ladder.start.sigma)
  for (i, step) in ladder.enumerated() {
    let (t, end) = (step.level.flowTime, step.next.flowTime)
    let dt = end - t
    let k1 = try denoise.velocity(x, at: step.level)
    if step.next.sigma > 0 {
      let middle = NoiseLevel(flowTime: (t + end) / 2)
      let k2 = try denoise.velocity(x + k1 * (dt / 2), at: middle)
      let k3 = try denoise.velocity(x + k2 * (dt / 2), at: middle)
      let k4 = try denoise.velocity(x + k3 * dt, at: step.next)
      x = try x + (k1 + k2 * 2 + k3 * 2 + k4) * (dt / 6)
    } else {
      x = try x + k1 * dt
    }
    try progress(i + 1)
  }
  return try x * (ladder.goal.alpha + ladder.goal.sigma)
}
