import Schedules
import Tensors

/// Heun's method for dx/dσ = (x − x0)/σ, in the space of x/alpha; order 2.
///
/// - Parameters:
///   - denoise: the model; evaluated twice a step; once in a last step to clean, and in one from a level with
///     less than a thousandth of signal, which are Euler's.
///   - x: the state at `ladder.start`.
///   - ladder: the (level, next level) pairs to walk.
///   - churn: noise to add before each step.
///   - noise: fresh normal noise in the shape of `x`; not called without churn.
///   - progress: called after each step with the number of steps done; what it throws ends the walk.
/// - Returns: the state at the end of the ladder.
/// - Throws: `StirError.Code.configuration` when the ladder starts without a signal.
///
/// Reference: Karras et al. (2022), algorithm 2.
public func heun(
  _ denoise: some Denoiser, from x: Tensor, along ladder: Ladder, churn: Churn = .none,
  noise: () throws -> Tensor, progress: (Int) throws -> Void = { _ in }
) throws -> Tensor {
  try ladder.requireSignal(for: "heun")
  var x = try x / ladder.start.alpha
  for (i, step) in ladder.enumerated() {
    let (hat, level) = try churn.added(to: x, at: step.level, steps: ladder.count, noise: noise)
    let (σ, σNext) = (level.noiseToSignal, step.next.noiseToSignal)
    let x0 = try denoise(hat * level.alpha, at: level)
    let d = try (hat - x0) / σ
    // Euler's step, x + (σ_next − σ)·d.
    x = try x0 + d * σNext
    if σNext > 0, !level.isAlmostNoise {
      // The mean of both ends' slopes takes the place of the first.
      let dNext = try (x - denoise(x * step.next.alpha, at: step.next)) / σNext
      x = try x + (dNext - d) * ((σNext - σ) / 2)
    }
    try progress(i + 1)
  }
  return try x * ladder.goal.alpha
}
