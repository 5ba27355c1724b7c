import Schedules
import Tensors

/// Euler's method down to σ_down, and fresh noise from there up to the next level.
///
/// In exact arithmetic it is ``ddim(_:from:along:eta:noise:progress:)`` with the same η.
///
/// - Parameters:
///   - denoise: the model; evaluated once a step.
///   - x: the state at `ladder.start`.
///   - ladder: the (level, next level) pairs to walk.
///   - eta: η in [0, 1]; 0 is ``euler(_:from:along:churn:noise:progress:)``.
///   - noise: fresh normal noise in the shape of `x`; not called at η = 0.
///   - progress: called after each step with the number of steps done; what it throws ends the walk.
/// - Returns: the state at the end of the ladder.
/// - Throws: `StirError.Code.configuration` when the ladder starts without a signal.
///
/// Reference: Crowson, k-diffusion (2022), `get_ancestral_step`:
/// σ_up² = η²·σ_next²·(σ² − σ_next²)/σ², σ_down² = σ_next² − σ_up².
public func eulerAncestral(
  _ denoise: some Denoiser, from x: Tensor, along ladder: Ladder, eta: Double = 1,
  noise: () throws -> Tensor, progress: (Int) throws -> Void = { _ in }
) throws -> Tensor {
  try ladder.requireSignal(for: "euler_ancestral")
  var x = try x / ladder.start.alpha
  for (i, step) in ladder.enumerated() {
    let x0 = try denoise(x * step.level.alpha, at: step.level)
    let σUp = step.transition.ddimSigma(eta: eta) / step.next.alpha
    let σDown = step.transition.ddimDirection(eta: eta) / step.next.alpha
    x = try x0 + (x - x0) * (σDown / step.level.noiseToSignal)
    if σUp > 0 { x = try x + noise() * σUp }
    try progress(i + 1)
  }
  return try x * ladder.goal.alpha
}
