import Core
import Foundation

/// How N noise levels lie between two values of σ = sigma/alpha, whatever was trained.
public enum SigmaSpacing: String, NamedChoice {
  /// Even in σ^(1/ρ): the nearer to clean, the denser.
  ///
  /// Reference: Karras et al., "Elucidating the Design Space of Diffusion-Based Generative Models"
  /// (2022), equation 5.
  case karras
  /// Even in ln σ, so in log-SNR.
  case exponential

  /// Strictly falling from `highest` to `lowest`; `highest` alone for one step.
  ///
  /// - Parameters:
  ///   - steps: N, at least 1.
  ///   - highest, lowest: σ, finite and above 0.
  ///   - rho: ρ of `karras`, above 0; 7 in the paper.
  /// - Throws: `StirError.Code.configuration` for values that admit no such list.
  public func sigmas(
    steps: Int, from highest: Double, to lowest: Double, rho: Double = 7
  ) throws -> [Double] {
    guard steps >= 1 else {
      throw StirError(
        .configuration, "steps: expected 1 or more, found \(steps); ask for at least one")
    }
    guard 0 < lowest, lowest < highest || (steps == 1 && lowest == highest), highest < .infinity
    else {
      throw StirError(
        .configuration,
        "sigma_min and sigma_max: expected 0 < sigma_min < sigma_max, and sigma_max finite, found "
          + "\(lowest) and \(highest); set both, such as 0.002 and 80")
    }
    guard 0 < rho, rho < .infinity else {
      throw StirError(.configuration, "rho: expected a number above 0, found \(rho); 7 is usual")
    }
    switch self {
    case .karras:
      return karrasSigmas(from: highest, to: lowest, rho: rho, count: steps)
    case .exponential: return linspace(log(highest), log(lowest), count: steps).map(exp)
    }
  }
}

/// σ_i = (σ_a^(1/ρ) + i/(N − 1)·(σ_b^(1/ρ) − σ_a^(1/ρ)))^ρ for i in 0..<N, both ends exact.
///
/// Reference: Karras et al. 2022, eq. 5.
func karrasSigmas(
  from first: Double, to last: Double, rho: Double, count: Int
) -> [Double] {
  var sigmas = linspace(pow(first, 1 / rho), pow(last, 1 / rho), count: count).map { pow($0, rho) }
  if count > 0 { sigmas[0] = first }
  if count > 1 { sigmas[count - 1] = last }
  return sigmas
}
