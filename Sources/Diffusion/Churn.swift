import Schedules
import Tensors

/// Noise added before a step of ``euler(_:from:along:churn:noise:progress:)`` or
/// ``heun(_:from:along:churn:noise:progress:)``, which the step takes out again.
///
/// Reference: Karras et al. (2022), algorithm 2, lines 4 to 6.
public struct Churn: Hashable, Sendable {
  /// S_churn, shared evenly by the steps; 0 adds none, and no step raises σ by more than √2 − 1.
  public var amount: Double
  /// S_min...S_max, the σ = sigma/alpha at which noise is added.
  public var range: ClosedRange<Double>
  /// S_noise, the deviation of the added noise; a little above 1 makes up for lost detail.
  public var noise: Double

  public init(_ amount: Double, range: ClosedRange<Double> = 0...(.infinity), noise: Double = 1) {
    self.amount = amount
    self.range = range
    self.noise = noise
  }

  /// No added noise.
  public static let none = Churn(0)

  /// - Parameters:
  ///   - x: the state over alpha.
  ///   - steps: N, the length of the ladder.
  /// - Returns: the state over alpha, and its level, with the noise of one step added.
  func added(
    to x: Tensor, at level: NoiseLevel, steps: Int, noise: () throws -> Tensor
  ) throws -> (x: Tensor, level: NoiseLevel) {
    let σ = level.noiseToSignal
    let γ = min(amount / Double(steps), 2.squareRoot() - 1)
    guard γ > 0, range.contains(σ) else { return (x, level) }
    // √(σ̂² − σ²) with σ̂ = σ + γσ.
    let added = σ * (γ * (2 + γ)).squareRoot()
    return (try x + noise() * (self.noise * added), NoiseLevel(noiseToSignal: σ * (1 + γ)))
  }
}
