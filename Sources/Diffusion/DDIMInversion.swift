import Schedules
import Tensors

/// DDIM run backwards: the noise from which ``ddim(_:from:along:eta:noise:progress:)`` at η = 0 makes
/// `x`, up to an error that falls with the number of steps.
///
/// Each step takes ε at the level that it leads to, where a clean start has one.
///
/// - Parameters:
///   - denoise: the model; evaluated once a step.
///   - x: the state at `ladder.goal`.
///   - ladder: the levels, walked from their end to their start.
///   - progress: called after each step with the number of steps done; what it throws ends the walk.
/// - Returns: the state at `ladder.start`.
///
/// Reference: Song, Meng and Ermon 2021, section 4.3; Dhariwal and Nichol 2021, appendix F.
public func ddimInversion(
  _ denoise: some Denoiser, from x: Tensor, along ladder: Ladder,
  progress: (Int) throws -> Void = { _ in }
) throws -> Tensor {
  var x = x
  for (i, step) in ladder.reversed().enumerated() {
    let ε = try step.level.noise(in: x, x0: denoise(x, at: step.level))
    // DDIM's step with the levels in exchange.
    let x0 = try (x - ε * step.next.sigma) / step.next.alpha
    x = try step.level.addNoise(to: x0, noise: ε)
    try progress(i + 1)
  }
  return x
}
