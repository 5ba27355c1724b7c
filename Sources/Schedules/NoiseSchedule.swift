import Core

/// T noise levels from the data to noise; its keys are those of Hugging Face diffusers.
///
/// Timestep t in 0..<T means x_t = alpha_t·x0 + sigma_t·ε. On the variance-preserving path that is
/// x_t = √ᾱ_t·x0 + √(1 − ᾱ_t)·ε with ᾱ_t = Π_{i≤t} (1 − β_i).
///
/// Reference: Ho et al., "Denoising Diffusion Probabilistic Models" (2020), eq. 2 and 4; for the
/// other paths ``ProcessPath``.
public struct NoiseSchedule: Configuration {
  /// Which (alpha, sigma) the levels have; what does not belong to it is not read.
  public var path = ProcessPath.variancePreserving
  /// The shape of β over the timesteps.
  public var betaSchedule = BetaSchedule.cosine
  /// β_0 of the linear and the sigmoid shape, in 0..<1.
  public var betaStart = 1e-4
  /// β_{T−1} of the linear and the sigmoid shape, in 0..<1.
  public var betaEnd = 0.02
  /// T, the number of timesteps, at least 1.
  public var numTrainTimesteps = 1000
  /// β_0 … β_{T−1} of the `trained_betas` shape; empty for the others.
  public var trainedBetas: [Double] = []
  /// Shifts √ᾱ so that the last level holds no signal at all (Lin et al. 2023, algorithm 1).
  public var rescaleBetasZeroSNR = false
  /// The least and the greatest sigma of the variance-exploding path, more than 0.
  public var sigmaMin = 0.002
  public var sigmaMax = 80.0
  /// How densely the variance-exploding path's timesteps lie at its clean end (Karras et al. 2022,
  /// eq. 5).
  public var rho = 7.0
  /// k of the flow path's t ← k·t/(1 + (k − 1)·t): more than 1 spends more timesteps on noise
  /// (Esser et al., "Scaling Rectified Flow Transformers", 2024, eq. 23).
  public var shift = 1.0

  enum CodingKeys: String, CodingKey {
    case path
    case betaSchedule = "beta_schedule"
    case betaStart = "beta_start"
    case betaEnd = "beta_end"
    case numTrainTimesteps = "num_train_timesteps"
    case trainedBetas = "trained_betas"
    case rescaleBetasZeroSNR = "rescale_betas_zero_snr"
    case sigmaMin = "sigma_min"
    case sigmaMax = "sigma_max"
    case rho, shift
  }

  /// The cosine schedule with T = 1000.
  public init() {}

  /// A schedule by its shape; `betaStart` and `betaEnd` are for the linear and the sigmoid one.
  public init(
    _ betaSchedule: BetaSchedule, betaStart: Double = 1e-4, betaEnd: Double = 0.02,
    numTrainTimesteps: Int = 1000
  ) {
    self.betaSchedule = betaSchedule
    self.betaStart = betaStart
    self.betaEnd = betaEnd
    self.numTrainTimesteps = numTrainTimesteps
  }

  /// β from 1e-4 to 0.02, T = 1000 (Ho et al. 2020, section 4).
  public static let linear = NoiseSchedule(.linear)
  /// Squared cosine, T = 1000 (Nichol and Dhariwal 2021, eq. 17).
  public static let cosine = NoiseSchedule(.cosine)
  /// Logistic from 1e-4 to 0.02, T = 1000.
  public static let sigmoid = NoiseSchedule(.sigmoid)
  /// β from 1e-6 to 1e-2, T = 1000 (Chen et al. 2020).
  public static let waveGrad = NoiseSchedule(.waveGrad)

  /// σ from 0.002 to 80, ρ = 7, T = 1000 (Karras et al. 2022, table 1).
  public static let edm = NoiseSchedule(path: .varianceExploding)
  /// The straight path, T = 1000.
  public static let flow = NoiseSchedule(path: .flow)

  private init(path: ProcessPath) { self.path = path }

  /// The schedule with exactly these β, T being their number.
  public static func betas(_ betas: [Double]) -> NoiseSchedule {
    var schedule = NoiseSchedule(.trained, numTrainTimesteps: betas.count)
    schedule.trainedBetas = betas
    return schedule
  }

  /// The noise level of every timestep; compute it once and keep it.
  ///
  /// - Parameter prediction: what the network will say, if that is to be checked too.
  /// - Throws: `StirError.Code.configuration` with the name of each error that ``lint(prediction:)``
  ///   finds.
  public func table(for prediction: PredictionType? = nil) throws -> NoiseTable {
    let errors = lint(prediction: prediction).filter { $0.severity == .error }
    guard errors.isEmpty else {
      let text = errors.map(\.description).joined(separator: "; ")
      throw StirError(.configuration, "noise schedule: \(text)")
    }
    return NoiseTable(levels: levels, path: path)
  }
}
