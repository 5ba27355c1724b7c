import Core
import Schedules
import Tensors

/// A sampler by name, with its settings.
public enum Sampler: Hashable, Sendable {
  case ddpm(variance: PosteriorVariance = .fixedSmall)
  case ddim(eta: Double = 0)

  /// Walks `ladder` with `denoise`; see ``ddpm(_:from:along:variance:noise:progress:)`` and
  /// ``ddim(_:from:along:eta:noise:progress:)``.
  public func sample(
    _ denoise: some Denoiser, from x: Tensor, along ladder: Ladder, noise: () throws -> Tensor,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> Tensor {
    switch self {
    case .ddpm(let variance):
      try Diffusion.ddpm(
        denoise, from: x, along: ladder, variance: variance, noise: noise, progress: progress)
    case .ddim(let eta):
      try Diffusion.ddim(
        denoise, from: x, along: ladder, eta: eta, noise: noise, progress: progress)
    }
  }
}

/// The names of the samplers in recipes and on the command line.
public enum SamplerName: String, NamedChoice { case ddpm, ddim }

/// How clips are sampled from a model, unless the command line says otherwise.
public struct SamplingConfiguration: Configuration {
  public var sampler = SamplerName.ddim
  /// The number of network evaluations for each clip.
  public var steps = 50
  public var spacing = TimestepSpacing.trailing
  /// DDIM's η in [0, 1].
  public var eta = 0.0
  /// DDPM's variance.
  public var variance = PosteriorVariance.fixedSmall
  /// Bounds on the x0 estimate.
  public var clipping = Clipping.none
  /// The bound of `fixed` and `dynamic` clipping.
  public var clipBound = 1.0

  /// How the x0 estimate is kept in range.
  public enum Clipping: String, NamedChoice { case none, fixed, dynamic }

  public init() {}

  enum CodingKeys: String, CodingKey {
    case sampler
    case steps = "num_inference_steps"
    case spacing = "timestep_spacing"
    case eta
    case variance = "variance_type"
    case clipping
    case clipBound = "clip_sample_range"
  }

  /// - Throws: `StirError.Code.configuration` for an η outside [0, 1] or a bound that is not positive.
  public func makeSampler() throws -> Sampler {
    guard (0...1).contains(eta) else {
      throw StirError(.configuration, "eta is \(eta), expected a number from 0 to 1")
    }
    guard clipBound > 0 else {
      throw StirError(.configuration, "clip_sample_range is \(clipBound), expected more than 0")
    }
    return switch sampler {
    case .ddpm: .ddpm(variance: variance)
    case .ddim: .ddim(eta: eta)
    }
  }

  /// `denoise` with this configuration's clipping around it.
  public func clipped(_ denoise: some Denoiser) -> any Denoiser {
    switch clipping {
    case .none: denoise
    case .fixed: ClippedDenoiser(denoise, to: clipBound)
    case .dynamic: DynamicThresholdDenoiser(denoise, bound: clipBound)
    }
  }
}
