import Core
import Foundation

/// How much the weights of each past update count in an average that ends at some update t: as
/// (γ + 1) τ^γ / t^(γ + 1), for τ from 0 to t, which is 0 at the start of the training and stretches
/// with it.
///
/// Reference: Karras et al., "Analyzing and improving the training dynamics of diffusion models"
/// (2024, EDM2), section 3.1 and appendix C.
public struct PowerProfile: Hashable, Sendable {
  /// The width: the profile's standard deviation as a share of the training so far.
  public let relativeDeviation: Double
  /// The power γ.
  let gamma: Double

  /// - Parameter relativeDeviation: σ_rel, from 0.001 to 0.28; 0.05 to 0.1 are usual.
  /// - Throws: `StirError.Code.configuration` outside of that.
  public init(relativeDeviation: Double) throws {
    guard (0.001...0.28).contains(relativeDeviation) else {
      throw StirError(
        .configuration, "sigma_rel is \(relativeDeviation), expected from 0.001 to 0.28")
    }
    self.relativeDeviation = relativeDeviation
    // σ² = (γ + 1) / ((γ + 2)² (γ + 3)), a cubic in γ (EDM2, algorithm 2), which is convex to the
    // right of its largest root: from there Newton's steps fall to that root.
    let inverse = 1 / (relativeDeviation * relativeDeviation)
    var gamma = 1 / relativeDeviation
    for _ in 0..<100 {
      let value = ((gamma + 7) * gamma + 16 - inverse) * gamma + 12 - inverse
      let next = gamma - value / ((3 * gamma + 14) * gamma + 16 - inverse)
      guard next < gamma else { break }
      gamma = next
    }
    self.gamma = gamma
  }

  /// How far the average moves to the weights after the `update`-th update (from 1): 1 - β of EDM2,
  /// equation 127.
  func weight(update: Int) -> Double { 1 - pow(1 - 1 / Double(update), gamma + 1) }

  /// ∫ p q of this profile that ends at `end` and another that ends elsewhere (EDM2, algorithm 3).
  func innerProduct(
    endingAt end: Double, _ other: PowerProfile, endingAt otherEnd: Double
  ) -> Double {
    let power = end < otherEnd ? other.gamma : -gamma
    return (gamma + 1) * (other.gamma + 1) * pow(end / otherEnd, power)
      / ((gamma + other.gamma + 1) * max(end, otherEnd))
  }
}
