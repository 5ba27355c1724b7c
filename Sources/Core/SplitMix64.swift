import Foundation

/// A seeded 64-bit generator for host-side choices: shuffles, crops, splits.
///
/// Randomness is a value: a generator is made from a seed and the numbers that name its use, such
/// as `(seed, epoch)` or `(seed, step, item)`, so a choice never depends on what was drawn before.
///
/// Reference: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A generator for the stream that `names` tell apart under `seed`.
  public init(seed: UInt64, _ names: UInt64...) {
    state = names.reduce(SplitMix64.mix(seed)) { SplitMix64.mix($0 ^ SplitMix64.mix($1)) }
  }

  public mutating func next() -> UInt64 {
    defer { state &+= 0x9E37_79B9_7F4A_7C15 }
    return SplitMix64.mix(state)
  }

  /// A uniform number in [0, 1) with 53 random bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A normal number with mean 0 and deviation 1 (Box and Muller 1958).
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
