import Foundation

/// How much signal and how much noise a sample holds: x = alpha·x0 + sigma·ε, with ε ~ N(0, I).
///
/// Every process is a path of such levels. A variance-preserving one (DDPM, WaveGrad) has
/// alpha² + sigma² = 1, a variance-exploding one has alpha = 1.
///
/// Reference: Kingma et al., "Variational Diffusion Models" (2021), eq. 1.
public struct NoiseLevel: Hashable, Sendable, Codable {
  /// The factor of the clean signal, at least 0.
  public var alpha: Double
  /// The standard deviation of the noise, at least 0.
  public var sigma: Double

  /// The level x = alpha·x0 + sigma·ε of any process.
  public init(alpha: Double, sigma: Double) {
    self.alpha = alpha
    self.sigma = sigma
  }

  /// The variance-preserving level with alpha² = ᾱ, `alphaCumprod` in 0...1.
  public init(alphaCumprod: Double) {
    precondition((0...1).contains(alphaCumprod), "alphaCumprod \(alphaCumprod) is not in 0...1")
    self.init(alpha: alphaCumprod.squareRoot(), sigma: (1 - alphaCumprod).squareRoot())
  }

  /// The variance-preserving level with alpha = √ᾱ, `noiseLevel` in 0...1.
  public init(noiseLevel: Double) {
    precondition((0...1).contains(noiseLevel), "noiseLevel \(noiseLevel) is not in 0...1")
    let variance = (1 - noiseLevel) * (1 + noiseLevel)
    self.init(alpha: noiseLevel, sigma: variance.squareRoot())
  }

  /// The variance-preserving level with ln(alpha²/sigma²) = `logSNR`; ±infinity are admitted.
  ///
  /// Reference: Kingma et al. (2021), section 3.2: alpha² = sigmoid(logSNR).
  public init(logSNR: Double) {
    precondition(!logSNR.isNaN, "logSNR is not a number")
    self.init(alpha: sigmoid(logSNR).squareRoot(), sigma: sigmoid(-logSNR).squareRoot())
  }

  /// No noise at all: alpha 1, sigma 0.
  public static let clean = NoiseLevel(alpha: 1, sigma: 0)

  /// ᾱ = alpha² of a variance-preserving level, in 0...1.
  public var alphaCumprod: Double { alpha * alpha }

  /// The signal-to-noise ratio alpha²/sigma² as a power ratio; infinity for a clean level.
  public var snr: Double { (alpha / sigma) * (alpha / sigma) }

  /// ln(alpha²/sigma²) in nats, from −infinity (noise alone) to infinity (clean).
  public var logSNR: Double { 2 * log(alpha / sigma) }

  /// √ᾱ in 0...1 for any process: alpha/√(alpha² + sigma²), what WaveGrad's network is told.
  public var noiseLevel: Double { alpha / hypot(alpha, sigma) }

  /// alpha·x0 + sigma·noise, element by element.
  ///
  /// - Parameters:
  ///   - x0: the clean signal.
  ///   - noise: normal numbers, as many as `x0` has.
  /// - Returns: a draw of q(x_t | x0), Ho et al., "Denoising Diffusion Probabilistic Models"
  ///   (2020), eq. 4.
  public func addNoise(x0: [Double], noise: [Double]) -> [Double] {
    precondition(x0.count == noise.count, "x0 has \(x0.count) values, noise \(noise.count)")
    return zip(x0, noise).map { alpha * $0 + sigma * $1 }
  }
}

extension NoiseLevel {
  /// 1 − √ᾱ, which keeps all its digits near the clean end where √ᾱ rounds to 1.
  var oneMinusNoiseLevel: Double {
    let norm = hypot(alpha, sigma)
    return sigma * sigma / (norm * (norm + alpha))
  }

  /// The variance-preserving level with alpha = 1 − d, sigma = √(d·(2 − d)).
  init(oneMinusNoiseLevel d: Double) {
    self.init(alpha: 1 - d, sigma: (d * (2 - d)).squareRoot())
  }
}

func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
