import Core
import Foundation

/// The path of a process from the data to noise: which (alpha, sigma) its levels have.
///
/// A state of one path is one of another times a number (``NoiseLevel/on(_:)``), and a network is
/// told √ᾱ, the same for both: so a model that was trained on one can be sampled on another.
public enum ProcessPath: String, NamedChoice {
  /// alpha² + sigma² = 1, from betas (Ho et al. 2020).
  case variancePreserving = "variance_preserving"
  /// alpha = 1, from `sigma_min` to `sigma_max` as rho says (Karras et al., "EDM", 2022).
  case varianceExploding = "variance_exploding"
  /// alpha = 1 − t, sigma = t: the straight path of flow matching (Liu et al., "Rectified Flow",
  /// 2022; Lipman et al. 2022).
  case flow
}

extension NoiseLevel {
  /// The level of `path` with this one's ratio of signal to noise.
  ///
  /// A level without any signal stays where it is on `varianceExploding`, which has none such.
  public func on(_ path: ProcessPath) -> NoiseLevel {
    let norm =
      switch path {
      case .variancePreserving: hypot(alpha, sigma)
      case .varianceExploding: alpha > 0 ? alpha : 1
      case .flow: alpha + sigma
      }
    return NoiseLevel(alpha: alpha / norm, sigma: sigma / norm)
  }
}

extension NoiseSchedule {
  /// The levels of the T timesteps on the schedule's path, timestep 0 the cleanest; unchecked.
  var levels: [NoiseLevel] {
    let count = max(numTrainTimesteps, 0)
    switch path {
    case .variancePreserving:
      return rescaleBetasZeroSNR
        ? rescaledToZeroSNR(chainLevels(betas: betas)) : chainLevels(betas: betas)
    case .varianceExploding:
      return karrasSigmas(from: sigmaMin, to: sigmaMax, rho: rho, count: count).map {
        NoiseLevel(alpha: 1, sigma: $0)
      }
    case .flow:
      return (1...max(count, 1)).prefix(count).map {
        let t = Double($0) / Double(count)
        let shifted = shift * t / (1 + (shift - 1) * t)
        // 1 − shifted, which keeps its digits near the noise.
        return NoiseLevel(alpha: (1 - t) / (1 + (shift - 1) * t), sigma: shifted)
      }
    }
  }
}

/// The levels (√ᾱ_t, √(1 − ᾱ_t)) of `betas`.
///
/// Sums 1 − ᾱ_t = (1 − ᾱ_{t−1}) + β_t·ᾱ_{t−1} beside the product, for `1 - ᾱ` loses its digits
/// where β is 1e-6.
private func chainLevels(betas: [Double]) -> [NoiseLevel] {
  var (alphaCumprod, variance) = (1.0, 0.0)
  return betas.map { beta in
    variance += beta * alphaCumprod
    alphaCumprod *= 1 - beta
    return NoiseLevel(alpha: alphaCumprod.squareRoot(), sigma: variance.squareRoot())
  }
}

/// √ᾱ shifted so that the last is 0, and scaled so that the first stays.
///
/// Reference: Lin et al., "Common Diffusion Noise Schedules and Sample Steps are Flawed" (2023),
/// algorithm 1.
private func rescaledToZeroSNR(_ levels: [NoiseLevel]) -> [NoiseLevel] {
  guard levels.count > 1, let first = levels.first?.alpha, let last = levels.last?.alpha else {
    return levels
  }
  // 1 − √ᾱ' = (1 − √ᾱ)·k − rest, written without the difference that cancels at the clean end.
  let scale = first / (first - last)
  let lift = scale * (1 - last) - 1
  return levels.enumerated().map { t, level in
    if t == 0 { return level }
    if t == levels.count - 1 { return NoiseLevel(alpha: 0, sigma: 1) }
    return NoiseLevel(oneMinusNoiseLevel: level.oneMinusNoiseLevel * scale - lift)
  }
}
