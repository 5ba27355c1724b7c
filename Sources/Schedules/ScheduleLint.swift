extension NoiseSchedule {
  /// The greatest √ᾱ_{T−1} that passes for noise: 0.1, a signal 20 dB below the noise.
  ///
  /// Sampling starts from N(0, I), so it lacks the last level's share √ᾱ of the signal. Chains that
  /// are published as ending in noise stay below (linear 0.006, WaveGrad 0.081); those known to
  /// start wrong lie well above (DiffWave, T = 50: 0.53).
  public static let greatestTerminalNoiseLevel = 0.1

  /// What is wrong with the schedule: errors, for which ``table()`` throws, and warnings.
  ///
  /// - Parameter prediction: what the network is to predict; nil leaves out the faults that depend
  ///   on it.
  public func lint(prediction: PredictionType? = nil) -> [ScheduleFinding] {
    let findings =
      path == .variancePreserving
      ? settingFindings(betas) + betaFindings(betas) : pathFindings() + unreadFindings()
    guard !findings.contains(where: { $0.severity == .error }) else { return findings }
    return findings + chainFindings(NoiseTable(levels: levels, path: path), prediction)
  }

  private func settingFindings(_ betas: [Double]) -> [ScheduleFinding] {
    var findings: [ScheduleFinding] = []
    let shape = "beta_schedule \(betaSchedule.rawValue)"
    if betas.isEmpty {
      let key = betaSchedule == .trained ? "trained_betas" : "num_train_timesteps"
      findings.append(.init(.empty, "expected at least 1 timestep, found none; set \(key)"))
    }
    if betaSchedule == .trained, trainedBetas.count != numTrainTimesteps {
      findings.append(
        .init(
          .stepCountMismatch,
          "expected as many trained_betas as num_train_timesteps, \(numTrainTimesteps), found "
            + "\(trainedBetas.count); make them equal"))
    }
    let defaults = NoiseSchedule()
    let hasBounds = (betaStart, betaEnd) != (defaults.betaStart, defaults.betaEnd)
    if hasBounds, !betaSchedule.usesBounds {
      findings.append(
        .init(
          .unusedSetting,
          "\(shape) does not read beta_start and beta_end, found \(betaStart) and \(betaEnd); "
            + "leave them out or set beta_schedule to linear"))
    }
    if betaSchedule != .trained, !trainedBetas.isEmpty {
      findings.append(
        .init(
          .unusedSetting,
          "\(shape) does not read trained_betas, found \(trainedBetas.count) of them; leave them "
            + "out or set beta_schedule to trained_betas"))
    }
    return findings + unreadFindings()
  }

  /// Settings that another path reads.
  private func unreadFindings() -> [ScheduleFinding] {
    let defaults = NoiseSchedule()
    let chain = ProcessPath.variancePreserving, exploding = ProcessPath.varianceExploding
    let settings: [(key: String, path: ProcessPath, isSet: Bool)] = [
      ("beta_schedule", chain, betaSchedule != defaults.betaSchedule),
      ("rescale_betas_zero_snr", chain, rescaleBetasZeroSNR),
      ("sigma_min", exploding, sigmaMin != defaults.sigmaMin),
      ("sigma_max", exploding, sigmaMax != defaults.sigmaMax),
      ("rho", exploding, rho != defaults.rho),
      ("shift", .flow, shift != defaults.shift),
    ]
    return settings.filter { $0.isSet && $0.path != path }.map {
      .init(
        .unusedSetting,
        "the path \(path.rawValue) does not read \($0.key); leave it out, or set path to "
          + "\($0.path.rawValue)")
    }
  }

  /// Faults of the paths that have no betas.
  private func pathFindings() -> [ScheduleFinding] {
    func require(_ isGood: Bool, _ expectation: String) -> ScheduleFinding? {
      isGood ? nil : .init(.pathSettings, expectation)
    }
    if numTrainTimesteps < 1 {
      return [.init(.empty, "expected at least 1 timestep, found none; set num_train_timesteps")]
    }
    let findings = [
      require(
        sigmaMin > 0 && sigmaMin < sigmaMax && sigmaMax.isFinite,
        "expected 0 < sigma_min < sigma_max, found \(sigmaMin) and \(sigmaMax); correct them"),
      require(rho > 0 && rho.isFinite, "expected rho above 0, found \(rho); correct it"),
      require(shift > 0 && shift.isFinite, "expected shift above 0, found \(shift); correct it"),
    ]
    return findings.compactMap(\.self)
  }

  private func betaFindings(_ betas: [Double]) -> [ScheduleFinding] {
    func first(
      _ fault: ScheduleFinding.Fault, _ expectation: String, where test: (Int) -> Bool
    ) -> ScheduleFinding? {
      betas.indices.first(where: test).map {
        .init(fault, "\(expectation), found \(betas[$0]) at betas[\($0)]; correct it")
      }
    }
    let last = betas.count - 1
    return [
      first(.notANumber, "expected every beta to be a finite number") { !betas[$0].isFinite },
      first(.negativeBeta, "expected every beta to be above 0, being a variance") { betas[$0] < 0 },
      first(.betaNotBelowOne, "expected every beta to be below 1, or 1 at the last timestep") {
        betas[$0] > 1 || (betas[$0] == 1 && $0 < last)
      },
      first(.nonMonotoneBeta, "expected no beta below the one before it") {
        $0 > 0 && betas[$0] < betas[$0 - 1]
      },
    ].compactMap(\.self)
  }

  private func chainFindings(
    _ table: NoiseTable, _ prediction: PredictionType?
  ) -> [ScheduleFinding] {
    var findings: [ScheduleFinding] = []
    let alphasCumprod = [1] + table.alphasCumprod
    if let t = table.levels.indices.first(where: { alphasCumprod[$0] <= alphasCumprod[$0 + 1] }) {
      findings.append(
        .init(
          .repeatedLevel,
          "expected every timestep to lower alphas_cumprod, found \(alphasCumprod[t + 1]) at "
            + "timestep \(t) as before it; use greater betas or sigmas, or fewer timesteps where "
            + "alphas_cumprod has reached 0"))
    }
    let terminal = table.levels[table.count - 1].noiseLevel
    // Below float32's relative spacing, the rounding of ε outweighs x0 in (x − sigma·ε)/alpha.
    if prediction == .epsilon, terminal < Double(Float.ulpOfOne) {
      findings.append(
        .init(
          .zeroTerminalSNRWithEpsilon,
          "expected a signal left at the last timestep, for epsilon tells nothing of x0 without "
            + "one, found √ᾱ = \(terminal) at timestep \(table.count - 1); predict v_prediction or "
            + "sample, or lower the last betas"))
    }
    if terminal > Self.greatestTerminalNoiseLevel {
      findings.append(
        .init(
          .endsFarFromNoise,
          "expected √ᾱ of \(Self.greatestTerminalNoiseLevel) or less at the last timestep, for "
            + "sampling starts from noise alone, found \(terminal) at timestep \(table.count - 1); "
            + "raise the betas or num_train_timesteps"))
    }
    return findings
  }
}
