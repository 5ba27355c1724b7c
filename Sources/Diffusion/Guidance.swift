import Schedules
import Tensors

/// A denoiser with a condition, which it can also leave out; by itself it is the conditional one.
public protocol ConditionalDenoiser: Denoiser {
  /// Both estimates of x0, as one evaluation of a batch of two wherever the model can do so.
  ///
  /// - Parameters: as for `callAsFunction(_:at:)`.
  func estimates(
    _ x: Tensor, at level: NoiseLevel
  ) throws -> (conditional: Tensor, unconditional: Tensor)
}

/// Two denoisers, of which one knows the condition.
public struct DenoiserPair<Conditional: Denoiser, Unconditional: Denoiser>: ConditionalDenoiser {
  public let conditional: Conditional
  public let unconditional: Unconditional

  public init(conditional: Conditional, unconditional: Unconditional) {
    self.conditional = conditional
    self.unconditional = unconditional
  }

  public func callAsFunction(_ x: Tensor, at level: NoiseLevel) throws -> Tensor {
    try conditional(x, at: level)
  }

  public func estimates(
    _ x: Tensor, at level: NoiseLevel
  ) throws -> (conditional: Tensor, unconditional: Tensor) {
    try (conditional(x, at: level), unconditional(x, at: level))
  }
}

/// Classifier-free guidance: x0 = unconditional + w·(conditional − unconditional).
///
/// Written for x0 estimates; since x0 is affine in ε and in v at a level, w means the same as it
/// does there.
///
/// References: Ho and Salimans, "Classifier-Free Diffusion Guidance" (2022), eq. 6 with
/// w = 1 + their w; Lin et al., "Common Diffusion Noise Schedules and Sample Steps are Flawed"
/// (2023), eq. 15 and 16; Kynkäänniemi et al., "Applying Guidance in a Limited Interval Improves
/// Sample and Distribution Quality in Diffusion Models" (2024).
public struct GuidedDenoiser<Base: ConditionalDenoiser>: Denoiser {
  public let base: Base
  /// w: 0 leaves the condition out, 1 is the condition without guidance, more exaggerates it.
  public let guidanceScale: Double
  /// φ in 0...1: how far the guided estimate is scaled, item by item, to the standard deviation of
  /// the conditional one.
  public let guidanceRescale: Double
  /// The noise-to-signal ratios sigma/alpha (σ of a variance-exploding process) at which guidance
  /// acts. At others the conditional estimate alone is computed.
  public let interval: ClosedRange<Double>

  public init(
    _ base: Base, guidanceScale: Double, guidanceRescale: Double = 0,
    interval: ClosedRange<Double> = 0...Double.infinity
  ) {
    precondition((0...1).contains(guidanceRescale), "guidanceRescale is in 0...1")
    self.base = base
    self.guidanceScale = guidanceScale
    self.guidanceRescale = guidanceRescale
    self.interval = interval
  }

  public func callAsFunction(_ x: Tensor, at level: NoiseLevel) throws -> Tensor {
    guard guidanceScale != 1, interval.contains(level.sigma / level.alpha) else {
      return try base(x, at: level)
    }
    let (conditional, unconditional) = try base.estimates(x, at: level)
    let guided = try unconditional + (conditional - unconditional) * guidanceScale
    guard guidanceRescale > 0 else { return guided }
    // An estimate without any deviation, such as one of silence, keeps its size.
    let least = 1e-12
    let ratio = try (deviation(of: conditional) + least) / (deviation(of: guided) + least)
    return try guided * (ratio * guidanceRescale + (1 - guidanceRescale))
  }

  /// The standard deviation over all values of each item: [batch, 1, …].
  private func deviation(of x: Tensor) throws -> Tensor {
    let dims = Array(1..<x.rank)
    let centred = try x - x.mean(dims, keepDimensions: true)
    return try (centred * centred).mean(dims, keepDimensions: true).squareRoot()
  }
}
