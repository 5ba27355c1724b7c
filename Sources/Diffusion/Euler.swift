import Schedules
import Tensors

/// Euler's method for dx/dσ = (x − x0)/σ, in the space of x/alpha; order 1.
///
/// Without churn it is ``ddim(_:from:along:eta:noise:progress:)`` at η = 0.
///
/// - Parameters:
///   - denoise: the model; evaluated once a step.
///   - x: the state at `ladder.start`.
///   - ladder: the (level, next level) pairs to walk.
///   - churn: noise to add before each step.
///   - noise: fresh normal noise in the shape of `x`; not called without churn.
///   - progress: called after each step with the number of steps done; what it throws ends the walk.
/// - Returns: the state at the end of the ladder.
/// - Throws: `StirError.Code.configuration` when the ladder starts without a signal.
///
/// Reference: Karras et al. (2022), algorithm 2 without lines 9 to 11.
public func euler(
  _ denoise: some Denoiser, from x: Tensor, along ladder: Ladder, churn: Churn = .none,
  noise: () throws -> Tensor, progress: (Int) throws -> Void = { _ in }
) throws -> Tensor {
  try ladder.requireSignal(for: "euler")
  var x = try x / ladder.start.alpha
  for (i, step) in ladder.enumerated() {
    let (hat, level) = try churn.added(to: x, at: step.level, steps: ladder.count, noise: noise)
    let x0 = try denoise(hat * level.alpha, at: level)
    // x + (σ_next − σ)·(x − x0)/σ, without the difference of large numbers.
    x = try x0 + (hat - x0) * (step.next.noiseToSignal / level.noiseToSignal)
    try progress(i + 1)
  }
  return try x * ladder.goal.alpha
}
