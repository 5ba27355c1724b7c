import Core
import Foundation
import Schedules

/// How much a noise level counts in the loss, by the names of the papers.
///
/// Each is a weight of the squared error of x0, so it means the same for every prediction.
public enum LossWeighting: String, NamedChoice {
  /// The error of what the network predicts, as it is.
  case none
  /// min(SNR, γ) (Hang et al., "Efficient Diffusion Training via Min-SNR Weighting", 2023, eq. 8).
  case minSNR = "min_snr"
  /// SNR/(k + SNR)^γ with k = 1, γ = 1: ε's weight 1/(k + SNR)^γ (Choi et al., "Perception
  /// Prioritized Training", 2022, eq. 8).
  case p2
  /// λ = (σ² + d²)/(σ·d)² with σ = sigma/alpha and the data's deviation d (Karras et al. 2022,
  /// table 1).
  case edm
  /// SNR·sigmoid(b − ln SNR): ε's weight sigmoid(b − ln SNR) (Kingma and Gao, "Understanding
  /// Diffusion Objectives as the ELBO", 2023; Hoogeboom et al., "Simpler Diffusion", 2024, eq. 2).
  case sigmoid
}

extension Objective {
  /// The weight of the squared error of the network's output at `level`.
  ///
  /// A weight of x0's error, times the square of what the output is multiplied by on its way to x0.
  public func weight(at level: NoiseLevel) -> Double {
    let snr = level.snr
    let scale = parameterization.estimate(at: level).output
    switch weighting {
    case .none: return 1
    case .minSNR: return min(snr, snrGamma) * scale * scale
    case .p2: return snr / (1 + snr) * scale * scale
    case .edm:
      let d = parameterization.sigmaData
      return (1 / (d * d) + snr) * scale * scale
    case .sigmoid: return snr / (1 + snr * exp(-sigmoidBias)) * scale * scale
    }
  }
}
