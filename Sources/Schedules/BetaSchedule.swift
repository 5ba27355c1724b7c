import Core
import Foundation

/// The shape of the T noise variances β_0 … β_{T−1}, with the names of Hugging Face diffusers.
public enum BetaSchedule: String, NamedChoice {
  /// Evenly spaced from `beta_start` to `beta_end` (Ho et al. 2020, section 4).
  case linear
  /// ᾱ follows a squared cosine, β at most 0.999 (Nichol and Dhariwal 2021, eq. 17).
  case cosine = "squaredcos_cap_v2"
  /// A logistic curve over −6...6, scaled to `beta_start`...`beta_end` (Xu et al., GeoDiff, 2022).
  case sigmoid
  /// Evenly spaced from 1e-6 to 1e-2 (Chen et al., "WaveGrad", 2020).
  case waveGrad = "wavegrad"
  /// The list `trained_betas`.
  case trained = "trained_betas"

  /// Whether `beta_start` and `beta_end` have a meaning for this shape.
  var usesBounds: Bool { self == .linear || self == .sigmoid }
}

extension NoiseSchedule {
  /// β_0 … β_{T−1} as the configuration says, unchecked; empty when T < 1.
  var betas: [Double] {
    switch betaSchedule {
    case .linear: linspace(betaStart, betaEnd, count: numTrainTimesteps)
    case .cosine: cosineBetas(count: numTrainTimesteps)
    case .sigmoid:
      linspace(-6, 6, count: numTrainTimesteps).map {
        Schedules.sigmoid($0) * (betaEnd - betaStart) + betaStart
      }
    case .waveGrad: linspace(1e-6, 1e-2, count: numTrainTimesteps)
    case .trained: trainedBetas
    }
  }
}

/// β_i = min(1 − f((i+1)/T)/f(i/T), 0.999), f(u) = cos²(π/2·(u + s)/(1 + s)), s = 0.008.
private func cosineBetas(count: Int) -> [Double] {
  func f(_ step: Int) -> Double {
    let c = cos((Double(step) / Double(count) + 0.008) / 1.008 * .pi / 2)
    return c * c
  }
  return (0..<max(count, 0)).map { min(1 - f($0 + 1) / f($0), 0.999) }
}

/// `count` evenly spaced values from `start` to `end`, both included; `start` alone if `count` is 1.
func linspace(_ start: Double, _ end: Double, count: Int) -> [Double] {
  let step = (end - start) / Double(max(count - 1, 1))
  return (0..<max(count, 0)).map { i in
    i > 0 && i == count - 1 ? end : start + Double(i) * step
  }
}
