import Core
import Schedules

/// The names of the samplers in recipes and on the command line.
public enum SamplerName: String, NamedChoice {
  case ddpm, ddim, euler, heun
  case eulerAncestral = "euler_ancestral"
  case dpmSolver2M = "dpm_solver_2m"
  case dpmSolver2MSDE = "dpm_solver_2m_sde"
  case dpmSolver3M = "dpm_solver_3m"
  case unipc, pndm, lcm
  case flowEuler = "flow_euler"
  case flowHeun = "flow_heun"
  case flowRK4 = "flow_rk4"
}

/// How clips are sampled from a model, unless the command line says otherwise.
public struct SamplingConfiguration: Configuration {
  public var sampler = SamplerName.ddim
  /// The number of ladder steps; most samplers evaluate the network once in each.
  public var steps = 50
  public var spacing = Spacing.trailing
  /// σ = sigma/alpha of every step, strictly falling, in place of steps and spacing when not empty.
  public var sigmas: [Double] = []
  /// The last σ of karras and exponential spacing; 0 takes the cleanest trained one.
  public var sigmaMin = 0.0
  /// The first σ of karras and exponential spacing; 0 takes the noisiest trained one.
  public var sigmaMax = 0.0
  /// ρ of karras spacing.
  public var rho = 7.0
  /// DDIM's η in [0, 1].
  public var eta = 0.0
  /// DDPM's variance.
  public var variance = PosteriorVariance.fixedSmall
  /// S_churn of euler and heun.
  public var churn = 0.0
  /// S_min, the lowest σ at which noise is added.
  public var churnMin = 0.0
  /// S_max, the highest σ at which noise is added.
  public var churnMax = 1e9
  /// S_noise, the deviation of the added noise.
  public var churnNoise = 1.0
  /// The order of unipc, 1 to 3.
  public var solverOrder = 2
  /// Whether the dpm_solver samplers, on ladders of fewer than 15 steps, and unipc go down to order 1
  /// at the end.
  public var lowerOrderFinal = true
  /// w of classifier-free guidance: 0 leaves the class out, 1 asks for it, more exaggerates it.
  public var guidanceScale = 1.0
  /// φ in [0, 1]: how far a guided estimate keeps the deviation of the unguided one.
  public var guidanceRescale = 0.0
  /// The σ = sigma/alpha between which guidance acts.
  public var guidanceSigmaMin = 0.0
  public var guidanceSigmaMax = 1e9
  /// Bounds on the x0 estimate.
  public var clipping = Clipping.none
  /// The bound of `fixed` and `dynamic` clipping.
  public var clipBound = 1.0

  /// How the x0 estimate is kept in range.
  public enum Clipping: String, NamedChoice { case none, fixed, dynamic }

  /// Which levels are visited: a ``TimestepSpacing`` or a ``SigmaSpacing``, by its name.
  public enum Spacing: String, NamedChoice {
    case leading, trailing, linspace, quadratic, karras, exponential
  }

  public init() {}

  enum CodingKeys: String, CodingKey {
    case sampler
    case steps = "num_inference_steps"
    case spacing = "timestep_spacing"
    case sigmas
    case sigmaMin = "sigma_min"
    case sigmaMax = "sigma_max"
    case rho
    case eta
    case variance = "variance_type"
    case churn = "s_churn"
    case churnMin = "s_tmin"
    case churnMax = "s_tmax"
    case churnNoise = "s_noise"
    case solverOrder = "solver_order"
    case lowerOrderFinal = "lower_order_final"
    case guidanceScale = "guidance_scale"
    case guidanceRescale = "guidance_rescale"
    case guidanceSigmaMin = "guidance_sigma_min"
    case guidanceSigmaMax = "guidance_sigma_max"
    case clipping
    case clipBound = "clip_sample_range"
  }

  /// The steps from noise to clean through levels of `table`'s process.
  ///
  /// - Throws: `StirError.Code.configuration` for steps or σ that admit no ladder.
  public func ladder(of table: NoiseTable) throws -> Ladder {
    if !sigmas.isEmpty { return try table.ladder(sigmas: sigmas) }
    if let timesteps = TimestepSpacing(rawValue: spacing.rawValue) {
      return try table.ladder(steps: steps, spacing: timesteps)
    }
    return try table.ladder(
      steps: steps, spacing: SigmaSpacing(named: spacing.rawValue),
      sigmaMin: sigmaMin == 0 ? nil : sigmaMin,
      sigmaMax: sigmaMax == 0 ? nil : sigmaMax, rho: rho)
  }

  /// The steps from the level σ = sigma/alpha = `sigma` on, as many as the configuration has: Karras
  /// spacing down to the cleanest level that was trained.
  ///
  /// - Throws: `StirError.Code.configuration` for steps that admit no ladder.
  public func ladder(of table: NoiseTable, entering sigma: Double) throws -> Ladder {
    let cleanest = table.levels[0].sigma / table.levels[0].alpha
    let start = min(sigma, table.greatestSigma)
    guard steps > 1, start > cleanest else { return try table.ladder(sigmas: [start]) }
    return try table.ladder(
      steps: steps, spacing: .karras, sigmaMin: cleanest, sigmaMax: start, rho: rho)
  }

  /// - Throws: `StirError.Code.configuration` naming a key whose value is not admitted.
  public func makeSampler() throws -> Sampler {
    func require(_ admitted: Bool, _ key: String, _ value: Any, _ expected: String) throws {
      guard admitted else {
        throw StirError(.configuration, "\(key) is \(value), expected \(expected)")
      }
    }
    try require((0...1).contains(eta), "eta", eta, "a number from 0 to 1")
    try require(clipBound > 0, "clip_sample_range", clipBound, "more than 0")
    try require(churn >= 0 && churn.isFinite, "s_churn", churn, "0 or more")
    try require(churnMin >= 0, "s_tmin", churnMin, "0 or more")
    try require(churnMax >= churnMin, "s_tmax", churnMax, "s_tmin or more")
    try require(churnNoise >= 0 && churnNoise.isFinite, "s_noise", churnNoise, "0 or more")
    try require((1...3).contains(solverOrder), "solver_order", solverOrder, "1, 2 or 3")
    let churn = Churn(churn, range: churnMin...churnMax, noise: churnNoise)
    return switch sampler {
    case .ddpm: .ddpm(variance: variance)
    case .ddim: .ddim(eta: eta)
    case .euler: .euler(churn: churn)
    case .heun: .heun(churn: churn)
    case .eulerAncestral: .eulerAncestral()
    case .dpmSolver2M: .dpmSolver2M(lowerOrderFinal: lowerOrderFinal)
    case .dpmSolver2MSDE: .dpmSolver2MSDE(lowerOrderFinal: lowerOrderFinal)
    case .dpmSolver3M: .dpmSolver3M(lowerOrderFinal: lowerOrderFinal)
    case .unipc: .unipc(order: solverOrder, lowerOrderFinal: lowerOrderFinal)
    case .pndm: .pndm
    case .lcm: .lcm
    case .flowEuler: .flowEuler
    case .flowHeun: .flowHeun
    case .flowRK4: .flowRK4
    }
  }

  /// Whether a class is exaggerated or left out.
  public var isGuided: Bool { guidanceScale != 1 }

  /// `denoise` with this configuration's guidance around it.
  /// - Throws: `StirError.Code.configuration` naming a key whose value is not admitted.
  public func guided(_ denoise: some ConditionalDenoiser) throws -> any Denoiser {
    guard guidanceScale.isFinite, (0...1).contains(guidanceRescale),
      guidanceSigmaMin <= guidanceSigmaMax
    else {
      throw StirError(
        .configuration,
        "guidance_scale, guidance_rescale, guidance_sigma_min and guidance_sigma_max are "
          + "\(guidanceScale), \(guidanceRescale), \(guidanceSigmaMin) and \(guidanceSigmaMax); expected a "
          + "number, 0 to 1, and a minimum that is not above the maximum")
    }
    guard isGuided else { return denoise }
    return GuidedDenoiser(
      denoise, guidanceScale: guidanceScale, guidanceRescale: guidanceRescale,
      interval: guidanceSigmaMin...guidanceSigmaMax)
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
