import Core

/// The variance of the noise that a DDPM step adds, with the names of Hugging Face diffusers.
///
/// Reference: Ho et al. (2020), section 3.2.
public enum PosteriorVariance: String, NamedChoice {
  /// β̃_t, the variance of q(x_s | x_t, x0): right for data that is one point.
  case fixedSmall = "fixed_small"
  /// β_t, the variance of q(x_t | x_s): right for data that is standard normal.
  case fixedLarge = "fixed_large"
}

/// The Gaussians between a level t and a cleaner level s, as samplers need them.
///
/// Written for any (alpha, sigma); r = √(SNR_t/SNR_s) in 0...1 stands for the differences of
/// variances, so a clean s gives exact zeros, and alpha_t may be 0. Equal levels are admitted and
/// give the identity.
///
/// Reference: Kingma et al., "Variational Diffusion Models" (2021), appendix A.
public struct Transition: Hashable, Sendable {
  /// The noisier level t, sigma > 0.
  public let level: NoiseLevel
  /// The cleaner level s, alpha > 0.
  public let next: NoiseLevel
  /// alpha_t/alpha_s: x_t = alphaTS·x_s + √varianceTS·ε.
  public let alphaTS: Double
  /// √(SNR_t/SNR_s).
  private let r: Double

  /// The transition from `level` to `next`, which is at most as noisy.
  public init(from level: NoiseLevel, to next: NoiseLevel) {
    precondition(level.sigma > 0 && next.alpha > 0, "a step leads from noise towards a signal")
    precondition(level.logSNR <= next.logSNR, "a step leads from the noisier level to the cleaner")
    self.level = level
    self.next = next
    alphaTS = level.alpha / next.alpha
    r = min(alphaTS * next.sigma / level.sigma, 1)
  }

  /// sigma_t² − alphaTS²·sigma_s², the variance of q(x_t | x_s); β_t between neighbours.
  public var varianceTS: Double { level.sigma * level.sigma * newNoise }

  /// The part of x_t's noise variance that s does not have: 1 − r² = varianceTS/sigma_t².
  private var newNoise: Double { (1 - r) * (1 + r) }

  /// The factor of x0 in the mean of q(x_s | x_t, x0) (Ho et al. 2020, eq. 7).
  public var posteriorMeanX0: Double { next.alpha * newNoise }

  /// The factor of x_t in the mean of q(x_s | x_t, x0) (Ho et al. 2020, eq. 7).
  public var posteriorMeanXt: Double { r * next.sigma / level.sigma }

  /// The variance of the noise that a DDPM step adds; exactly 0 when `next` is clean.
  ///
  /// Reference: Ho et al. (2020), eq. 7 and section 3.2; Algorithm 2 adds none in the last step.
  public func posteriorVariance(_ choice: PosteriorVariance) -> Double {
    switch choice {
    case .fixedSmall: next.sigma * next.sigma * newNoise
    case .fixedLarge: next.sigma == 0 ? 0 : varianceTS
    }
  }

  /// σ(η) of DDIM, the standard deviation of the noise a step adds: η·√β̃.
  ///
  /// - Parameter eta: 0 (deterministic) to 1 (DDPM with the small posterior variance).
  ///
  /// Reference: Song et al., "Denoising Diffusion Implicit Models" (2021), eq. 16.
  public func ddimSigma(eta: Double) -> Double {
    precondition((0...1).contains(eta), "eta \(eta) is not in 0...1")
    return eta * next.sigma * newNoise.squareRoot()
  }

  /// √(sigma_s² − σ(η)²), the factor of the estimated ε in a DDIM step.
  ///
  /// x_s = alpha_s·x0 + ddimDirection·ε + ddimSigma·z, `eta` in 0...1.
  ///
  /// Reference: Song et al. (2021), eq. 12.
  public func ddimDirection(eta: Double) -> Double {
    precondition((0...1).contains(eta), "eta \(eta) is not in 0...1")
    // sigma_s²·(1 − η² + η²r²): each term is positive, so nothing cancels.
    return next.sigma * ((1 - eta) * (1 + eta) + eta * eta * r * r).squareRoot()
  }
}

extension LadderStep {
  /// The Gaussians between the step's two levels.
  public var transition: Transition { Transition(from: level, to: next) }
}
