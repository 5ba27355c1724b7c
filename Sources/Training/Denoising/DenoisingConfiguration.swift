import Core
import Diffusion
import Tensors

/// What a model is for.
public enum ModelTask: String, NamedChoice {
  /// New items.
  case generate
  /// Recordings without their noise: a network that is shown the recording beside the state.
  case denoise
}

/// How recordings are denoised, and how training makes noisy ones.
public struct DenoisingConfiguration: Configuration {
  public var start = Start.recording
  /// The deviation of the normal noise that is laid over the recording at the start of the chain,
  /// where the recording's RMS is 1.
  public var startNoise = 0.0
  public var degradation = Degradation()

  /// What the chain starts from.
  public enum Start: String, NamedChoice {
    /// Normal noise; the recording only stands beside the state (WaveGrad, Chen et al. 2020).
    case noise
    /// The recording itself, which takes the place of the noise on the path of the process: a flow
    /// from recordings to clean signals (Liu et al., "Flow Straight and Fast", 2022, section 2.1, for
    /// a coupled pair).
    case recording
  }

  public init() {}

  enum CodingKeys: String, CodingKey {
    case start
    case startNoise = "start_noise"
    case degradation
  }

  /// What stands for ε: at the start of the chain the state is this alone.
  public func noise(_ normal: Tensor, recording: Tensor) throws -> Tensor {
    switch start {
    case .noise: normal
    case .recording: startNoise > 0 ? try recording + normal * startNoise : recording
    }
  }

  /// - Throws: `StirError.Code.configuration` for a value out of range.
  func validate() throws {
    guard startNoise >= 0, startNoise.isFinite else {
      throw StirError(
        .configuration, "denoising: start_noise is \(startNoise), expected 0 or more")
    }
    try degradation.validate()
  }
}
