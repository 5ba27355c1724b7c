import Foundation
import Schedules
import Tensors

/// How new items are made from one that is there: as variations of it, or around parts that are kept.
public struct Edit {
  /// The clean item, [1, channels] + extents.
  public var x0: Tensor
  /// In 0...1, how much is made anew: 0 gives the item itself, 1 starts from noise alone.
  public var strength: Double
  /// 1 where the item stays, 0 where it is made anew, [1, 1] + extents; it stays nowhere when nil.
  public var mask: Tensor?
  /// How often each step is made around what stays; see
  /// ``repaint(_:_:around:from:along:resamplings:noise:progress:)``.
  public var resamplings: Int

  public init(x0: Tensor, strength: Double = 1, mask: Tensor? = nil, resamplings: Int = 1) {
    precondition((0...1).contains(strength), "strength \(strength) is not in 0...1")
    precondition(resamplings >= 1, "each step is made once at least")
    self.x0 = x0
    self.strength = strength
    self.mask = mask
    self.resamplings = resamplings
  }

  /// How often ``sample(_:_:along:noise:progress:)`` evaluates the model for each item.
  public func evaluations(along ladder: Ladder) -> Int {
    let steps = ladder.steps(strength: strength)
    return mask == nil ? steps : max(0, steps - 1) * resamplings + min(1, steps)
  }

  /// Makes new items from `x0`.
  ///
  /// - Parameters:
  ///   - ladder: of the whole way from noise; the part that `strength` names is walked.
  ///   - noise: fresh normal noise, [batch, channels] + extents; at strength 1 without a mask it is
  ///     used as the sampler uses it that starts from noise.
  ///   - progress: called with the number of evaluations done; what it throws ends the walk.
  /// - Returns: [batch, channels] + extents.
  ///
  /// Reference: Meng et al., "SDEdit" (2022), Algorithm 1 and, with a mask, Lugmayr et al. (2022).
  public func sample(
    _ denoise: some Denoiser, _ sampler: Sampler, along ladder: Ladder,
    noise: () throws -> Tensor, progress: (Int) throws -> Void = { _ in }
  ) throws -> Tensor {
    let ε = try noise()
    guard let part = try ladder.suffix(strength: strength) else {
      return try .concatenated(Array(repeating: x0, count: ε.shape[0]), dim: 0)
    }
    let x =
      part.count == ladder.count
      ? try part.start.pureNoise(ε) : try part.start.addNoise(to: x0, noise: ε)
    guard let mask else {
      return try sampler.sample(denoise, from: x, along: part, noise: noise, progress: progress)
    }
    return try repaint(
      denoise, sampler, around: Known(x0: x0, mask: mask), from: x, along: part,
      resamplings: resamplings, noise: noise, progress: progress)
  }
}

extension Ladder {
  /// How many of the steps `strength` in 0...1 names, from the last one back.
  func steps(strength: Double) -> Int { Int((strength * Double(count)).rounded()) }

  /// The last steps, of which there are `strength` times all; nil for none.
  public func suffix(strength: Double) throws -> Ladder? {
    precondition((0...1).contains(strength), "strength \(strength) is not in 0...1")
    let steps = suffix(self.steps(strength: strength))
    guard let last = steps.last else { return nil }
    return try Ladder(levels: steps.map(\.level) + [last.next])
  }
}

/// Items between two: both with the same noise at the level that `strength` names, spherically
/// interpolated there, and denoised.
///
/// - Parameters:
///   - a, b: clean items, [batch, channels] + extents.
///   - fraction: in 0...1, from `a` to `b`.
///   - strength: in 0...1, how far the way back to noise is; at 0 the items themselves are
///     interpolated, the nearer to 1 the more the model decides what lies between.
///   - noise: fresh normal noise in the shape of `a`.
///   - progress: called after each step with the number of steps done; what it throws ends the walk.
///
/// References: Ho et al., "Denoising Diffusion Probabilistic Models" (2020), section 4.3; Shoemake,
/// "Animating Rotation with Quaternion Curves" (1985), slerp.
public func interpolation(
  _ denoise: some Denoiser, _ sampler: Sampler, from a: Tensor, to b: Tensor, fraction: Double,
  strength: Double, along ladder: Ladder, noise: () throws -> Tensor,
  progress: (Int) throws -> Void = { _ in }
) throws -> Tensor {
  let part = try ladder.suffix(strength: strength)
  let level = part?.start ?? .clean
  let ε = try noise()
  let x = try slerp(
    level.addNoise(to: a, noise: ε), level.addNoise(to: b, noise: ε), fraction: fraction)
  guard let part else { return x }
  return try sampler.sample(denoise, from: x, along: part, noise: noise, progress: progress)
}

/// The point at `fraction` of the arc from each item of `a` to that of `b`: [batch, …].
func slerp(_ a: Tensor, _ b: Tensor, fraction: Double) throws -> Tensor {
  func products(_ p: Tensor, _ q: Tensor) throws -> [Double] {
    try (p * q).sum(Array(1..<p.rank)).doubles()
  }
  let (aa, bb, ab) = try (products(a, a), products(b, b), products(a, b))
  let shares = zip(ab, zip(aa, bb)).map { ab, squares -> (Double, Double) in
    let angle = acos(min(max(ab / (squares.0 * squares.1).squareRoot(), -1), 1))
    // Along a line where there is no arc, or none in particular: the same direction, the opposite.
    guard sin(angle) > 1e-6 else { return (1 - fraction, fraction) }
    return (sin((1 - fraction) * angle) / sin(angle), sin(fraction * angle) / sin(angle))
  }
  func column(_ values: [Double]) throws -> Tensor {
    try Tensor(values, shape: [values.count] + Array(repeating: 1, count: a.rank - 1))
      .to(a.dtype, device: a.device)
  }
  return try a * column(shares.map(\.0)) + b * column(shares.map(\.1))
}
