import Schedules
import Tensors

/// DPM-Solver++ of order 3: a parabola through the last three x0 estimates, integrated exactly.
///
/// The first step has only one estimate, and its error would hold the whole walk at order 2; it is
/// taken again with the second step's estimate, which costs nothing (Zhao et al., "UniPC", 2023).
///
/// - Parameters:
///   - denoise: the model; evaluated once a step.
///   - x: the state at `ladder.start`.
///   - ladder: the (level, next level) pairs to walk. A step to clean has order 1, whose limit is the
///     x0 estimate itself.
///   - lowerOrderFinal: whether, on ladders of fewer than 15 steps, the last two steps have order 2
///     and 1 wherever they lead.
///   - progress: called after each step with the number of steps done; what it throws ends the walk.
/// - Returns: the state at the end of the ladder.
///
/// Reference: Lu et al., "DPM-Solver++" (2022), proposition 4.1 with n = 3. The widespread code for
/// this order halves the parabola's bend, which leaves order 2.
public func dpmSolver3M(
  _ denoise: some Denoiser, from start: Tensor, along ladder: Ladder, lowerOrderFinal: Bool = true,
  progress: (Int) throws -> Void = { _ in }
) throws -> Tensor {
  let isLowered = lowerOrderFinal && ladder.count < Ladder.shortestFullOrder
  let first = ExponentialStep(ladder[0])
  var x = start
  var estimates: [Tensor] = []
  for (i, step) in ladder.enumerated() {
    estimates = try [denoise(x, at: step.level)] + estimates.prefix(2)
    if i == 1, first.isRegular {
      x = try first(start, estimates, weights: first.polynomial(through: [1, 0]))
    }
    let solve = ExponentialStep(step)
    let order = ladder.order(ofStep: i, highest: 3, isLoweredAtEnd: isLowered)
    let places = (0..<order).map { solve.place(of: ladder[i - $0].level) }
    let weights = order == 1 ? solve.constant : solve.polynomial(through: places)
    x = try solve(x, estimates, weights: weights)
    try progress(i + 1)
  }
  return x
}
