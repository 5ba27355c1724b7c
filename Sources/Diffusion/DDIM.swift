import Schedules
import Tensors

/// Non-Markovian sampling: deterministic at η = 0, DDPM's own variance at η = 1.
///
/// - Parameters:
///   - denoise: the model.
///   - x: the state at `ladder.start`.
///   - ladder: the (level, next level) pairs to walk; any number, any spacing.
///   - eta: η, the share of the DDPM's noise, in [0, 1].
///   - noise: fresh normal noise in the shape of `x`; not called at η = 0.
///   - progress: called after each step with the number of steps done; what it throws ends the walk.
/// - Returns: the state at the end of the ladder.
///
/// Reference: Song, Meng and Ermon 2021, equations 12 and 16.
public func ddim(
  _ denoise: some Denoiser, from x: Tensor, along ladder: Ladder, eta: Double = 0,
  noise: () throws -> Tensor, progress: (Int) throws -> Void = { _ in }
) throws -> Tensor {
  var x = x
  for (i, step) in ladder.enumerated() {
    let x0 = try denoise(x, at: step.level)
    let ε = try step.level.noise(in: x, x0: x0)
    let σ = step.transition.ddimSigma(eta: eta)
    // "direction pointing to x_t": the part of the next level's noise that is not fresh.
    let direction = step.transition.ddimDirection(eta: eta)
    x = try x0 * step.next.alpha + ε * direction
    if σ > 0 { x = try x + noise() * σ }
    try progress(i + 1)
  }
  return x
}
