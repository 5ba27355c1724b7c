import Schedules
import Tensors

/// DPM-Solver++(2M): a line through the last two x0 estimates; order 2.
///
/// - Parameters:
///   - denoise: the model; evaluated once a step.
///   - x: the state at `ladder.start`.
///   - ladder: the (level, next level) pairs to walk. A step to clean has order 1, whose limit is the
///     x0 estimate itself.
///   - lowerOrderFinal: whether, on ladders of fewer than 15 steps, the last step has order 1
///     wherever it leads.
///   - progress: called after each step with the number of steps done; what it throws ends the walk.
/// - Returns: the state at the end of the ladder.
///
/// Reference: Lu et al., "DPM-Solver++" (2022), algorithm 2.
public func dpmSolver2M(
  _ denoise: some Denoiser, from x: Tensor, along ladder: Ladder, lowerOrderFinal: Bool = true,
  progress: (Int) throws -> Void = { _ in }
) throws -> Tensor {
  let isLowered = lowerOrderFinal && ladder.count < Ladder.shortestFullOrder
  var x = x
  var estimates: [Tensor] = []
  for (i, step) in ladder.enumerated() {
    estimates = try [denoise(x, at: step.level)] + estimates.prefix(1)
    let solve = ExponentialStep(step)
    let order = ladder.order(ofStep: i, highest: 2, isLoweredAtEnd: isLowered)
    let weights =
      order == 1
      ? solve.constant : solve.midpoint(through: solve.place(of: ladder[i - 1].level))
    x = try solve(x, estimates, weights: weights)
    try progress(i + 1)
  }
  return x
}
