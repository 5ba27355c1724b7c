import Schedules
import Tensors

/// What is known of an item that is to be completed.
public struct Known {
  /// The clean item; what it holds where it is not known does not matter, but must be finite.
  /// [batch or 1, channels] + extents.
  public var x0: Tensor
  /// 1 where `x0` is known, 0 where it is to be made; of a shape that broadcasts to `x0`'s.
  public var mask: Tensor

  public init(x0: Tensor, mask: Tensor) {
    self.x0 = x0
    self.mask = mask
  }

  /// `x` with `values` where the item is known.
  func put(_ values: Tensor, into x: Tensor) throws -> Tensor {
    try values * mask + x * (mask * -1 + 1)
  }
}

/// Completes an item with any sampler: what is known is put into the state at each level, with
/// noise of that level, so that the model sees it while it makes the rest (inpainting; outpainting
/// and continuation, where the mask ends before the item does).
///
/// What is put in was not harmonised with what the model had made, so the rest fits it loosely.
/// Each further resampling goes back to the noisier level and denoises again what now stands there
/// together. A step is one ladder of its own to the sampler, so one that remembers earlier steps
/// works at its first order here; ``KnownDenoiser`` suits those.
///
/// - Parameters:
///   - denoise: the model.
///   - sampler: makes each single step.
///   - known: stands in the result as it is, value for value.
///   - x: the state at `ladder.start`.
///   - ladder: the (level, next level) pairs to walk.
///   - resamplings: r, how often each step but the last is made, 1 or more.
///   - noise: fresh normal noise in the shape of `x`: for what is known before each evaluation, then
///     what `sampler` asks for, then for the way back.
///   - progress: called after each evaluation with their number; what it throws ends the walk.
/// - Returns: the state at the end of the ladder.
///
/// Reference: Lugmayr et al., "RePaint" (2022), Algorithm 1 with a jump length of 1, written for any
/// two levels.
public func repaint(
  _ denoise: some Denoiser, _ sampler: Sampler, around known: Known, from x: Tensor,
  along ladder: Ladder, resamplings: Int = 1, noise: () throws -> Tensor,
  progress: (Int) throws -> Void = { _ in }
) throws -> Tensor {
  precondition(resamplings >= 1, "each step is made once at least")
  var x = x
  var evaluations = 0
  for (i, step) in ladder.enumerated() {
    let single = try Ladder(levels: [step.level, step.next])
    let times = i == ladder.count - 1 ? 1 : resamplings
    for time in 1...times {
      x = try known.put(step.level.addNoise(to: known.x0, noise: noise()), into: x)
      x = try sampler.sample(denoise, from: x, along: single, noise: noise)
      evaluations += 1
      try progress(evaluations)
      guard time < times else { continue }
      // q(x_t | x_s): the noise that the step took away, anew.
      let back = step.transition
      x = try x * back.alphaTS + noise() * back.varianceTS.squareRoot()
    }
  }
  return try known.put(known.x0, into: x)
}

/// A denoiser that knows part of the clean item, and says so in its x0 estimate.
///
/// The state of a sampler then holds the known part with noise of each level all by itself, and the
/// result holds it as it is: DDPM draws it from q(x_s | x_t, x0), a deterministic sampler keeps one
/// noise for the whole walk; only PNDM's last step mixes in earlier slopes. No state is changed behind a sampler's back, so those that remember
/// earlier estimates keep their order. What ``repaint(_:_:around:from:along:resamplings:noise:progress:)``
/// has over it is the resampling, which makes the rest fit better.
public struct KnownDenoiser<Base: Denoiser>: Denoiser {
  public let base: Base
  public let known: Known

  public init(_ base: Base, known: Known) {
    self.base = base
    self.known = known
  }

  public func callAsFunction(_ x: Tensor, at level: NoiseLevel) throws -> Tensor {
    try known.put(known.x0, into: base(x, at: level))
  }
}
