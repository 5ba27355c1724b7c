import Schedules
import Tensors

/// SDE-DPM-Solver++(2M): ``ddpm(_:from:along:variance:noise:progress:)`` with the x0 of
/// ``dpmSolver2M(_:from:along:lowerOrderFinal:progress:)``, the line through the last two estimates.
///
/// - Parameters:
///   - denoise: the model; evaluated once a step.
///   - x: the state at `ladder.start`.
///   - ladder: the (level, next level) pairs to walk. A step to clean has order 1, whose limit is the
///     x0 estimate itself.
///   - lowerOrderFinal: whether, on ladders of fewer than 15 steps, the last step has order 1
///     wherever it leads.
///   - noise: fresh normal noise in the shape of `x`.
///   - progress: called after each step with the number of steps done; what it throws ends the walk.
/// - Returns: the state at the end of the ladder.
///
/// Reference: Lu et al., "DPM-Solver++" (2022), section 6 and appendix E:
/// x_s = sigma_s/sigma_t·e^(−h)·x_t + alpha_s·(1 − e^(−2h))·x0 + sigma_s·√(1 − e^(−2h))·z.
public func dpmSolver2MSDE(
  _ denoise: some Denoiser, from x: Tensor, along ladder: Ladder, lowerOrderFinal: Bool = true,
  noise: () throws -> Tensor, progress: (Int) throws -> Void = { _ in }
) throws -> Tensor {
  let isLowered = lowerOrderFinal && ladder.count < Ladder.shortestFullOrder
  var x = x
  var previous = x
  for (i, step) in ladder.enumerated() {
    let estimate = try denoise(x, at: step.level)
    var x0 = estimate
    if ladder.order(ofStep: i, highest: 2, isLoweredAtEnd: isLowered) == 2 {
      // The line's value in the middle of the step.
      let place = ExponentialStep(step).place(of: ladder[i - 1].level)
      x0 = try estimate + (previous - estimate) / (2 * place)
    }
    previous = estimate
    // σ_s/σ_t·e^(−h), α_s·(1 − e^(−2h)) and σ_s²·(1 − e^(−2h)) are those of the posterior.
    let transition = step.transition
    x = try x0 * transition.posteriorMeanX0 + x * transition.posteriorMeanXt
    let σ = transition.posteriorVariance(.fixedSmall).squareRoot()
    if σ > 0 { x = try x + noise() * σ }
    try progress(i + 1)
  }
  return x
}
