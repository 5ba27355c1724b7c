import Schedules
import Tensors

/// UniPC with B₂(h): a multistep predictor, and a corrector that takes each step again with the
/// estimate at its end, which the next step needs anyway.
///
/// The corrector adds one to the order with which the error falls: 3 by default.
///
/// - Parameters:
///   - denoise: the model; evaluated once a step.
///   - x: the state at `ladder.start`.
///   - ladder: the (level, next level) pairs to walk. A step to clean has order 1, whose limit is the
///     x0 estimate itself.
///   - order: of the predictor, 1 to 3.
///   - lowerOrderFinal: whether the order goes down to 1 over the last steps wherever they lead.
///   - progress: called after each step with the number of steps done; what it throws ends the walk.
/// - Returns: the state at the end of the ladder.
///
/// Reference: Zhao et al., "UniPC: A Unified Predictor-Corrector Framework for Fast Sampling of
/// Diffusion Models" (2023), algorithms 5 to 8. Where one weight is left to choose, it is the paper's
/// 1/2; otherwise its equations are those of a polynomial through the estimates.
public func unipc(
  _ denoise: some Denoiser, from x: Tensor, along ladder: Ladder, order: Int = 2,
  lowerOrderFinal: Bool = true, progress: (Int) throws -> Void = { _ in }
) throws -> Tensor {
  precondition((1...3).contains(order), "order \(order) is not in 1...3")
  var x = x
  // The step before: where it began, its estimates, the newest first, and their places.
  var (before, estimates, places) = (x, [Tensor](), [Double]())
  for (i, step) in ladder.enumerated() {
    let x0 = try denoise(x, at: step.level)
    if i > 0, case let solve = ExponentialStep(ladder[i - 1]), solve.isRegular {
      let weights =
        places.count == 1 ? solve.midpoint(through: 1) : solve.polynomial(through: places + [1])
      x = try solve(before, estimates.prefix(places.count) + [x0], weights: weights)
    }
    let solve = ExponentialStep(step)
    let order = ladder.order(ofStep: i, highest: order, isLoweredAtEnd: lowerOrderFinal)
    estimates = [x0] + estimates.prefix(2)
    places = (0..<order).map { solve.place(of: ladder[i - $0].level) }
    let weights =
      switch order {
      case 1: solve.constant
      case 2: solve.midpoint(through: places[1])
      default: solve.polynomial(through: places)
      }
    before = x
    x = try solve(x, estimates, weights: weights)
    try progress(i + 1)
  }
  return x
}
