import Core
import Foundation

/// Where the last step of a ladder ends (`set_alpha_to_one` of Hugging Face diffusers).
public enum FinalLevel: String, NamedChoice {
  /// ᾱ = 1: the x0 estimate itself.
  case clean
  /// ᾱ_0: the cleanest level that was trained; a ladder that visits timestep 0 stays there.
  case first
}

extension NoiseTable {
  /// `steps` of the T timesteps as (level, next level) pairs, the next being that of the next rung.
  ///
  /// - Parameters:
  ///   - steps: N in 1...T.
  ///   - spacing: which timesteps are visited.
  ///   - stepsOffset: what `leading` spacing adds to each timestep.
  ///   - finalLevel: where the last step ends.
  /// - Throws: `StirError.Code.configuration` when `steps` or `stepsOffset` does not fit T.
  public func ladder(
    steps: Int, spacing: TimestepSpacing, stepsOffset: Int = 0, finalLevel: FinalLevel = .clean
  ) throws -> Ladder {
    let timesteps = try spacing.timesteps(steps: steps, of: count, offset: stepsOffset)
    return ladder(visiting: timesteps, finalLevel: finalLevel)
  }

  /// All T timesteps, from T − 1 down to 0 and then clean.
  public var fullLadder: Ladder {
    ladder(visiting: levels.indices.reversed(), finalLevel: .clean)
  }

  /// N levels of the table's process by their σ = sigma/alpha, and then clean.
  ///
  /// - Parameters:
  ///   - steps: N, at least 1; more than T are admitted.
  ///   - spacing: how the σ lie.
  ///   - sigmaMin, sigmaMax: the last and the first σ; those of the table when nil.
  ///   - rho: ρ of `karras` spacing.
  ///   - finalLevel: where the last step ends.
  /// - Throws: `StirError.Code.configuration` for values that admit no such ladder.
  public func ladder(
    steps: Int, spacing: SigmaSpacing, sigmaMin: Double? = nil, sigmaMax: Double? = nil,
    rho: Double = 7, finalLevel: FinalLevel = .clean
  ) throws -> Ladder {
    try ladder(
      sigmas: spacing.sigmas(
        steps: steps, from: sigmaMax ?? sigma(at: count - 1), to: sigmaMin ?? sigma(at: 0), rho: rho
      ), finalLevel: finalLevel)
  }

  /// The levels of the table's process with the given σ = sigma/alpha, and then clean.
  ///
  /// - Parameter sigmas: strictly falling, finite and above 0, from noise to clean; one or more.
  /// - Throws: `StirError.Code.configuration` naming the σ that does not fit.
  public func ladder(sigmas: [Double], finalLevel: FinalLevel = .clean) throws -> Ladder {
    guard !sigmas.isEmpty else {
      throw StirError(.configuration, "sigmas: expected one or more, found none; list some")
    }
    for (i, sigma) in sigmas.enumerated() {
      guard 0 < sigma, sigma < (i == 0 ? .infinity : sigmas[i - 1]) else {
        throw StirError(
          .configuration,
          "sigmas: expected finite values above 0 that fall from each to the next, found \(sigma) at "
            + "sigmas[\(i)]; list sigma/alpha from noise to clean, each once")
      }
    }
    let levels = sigmas.map { level(logSNR: -2 * log($0)) }
    guard finalLevel == .first else { return try Ladder(levels: levels + [.clean]) }
    // Where the last σ is the table's own, rounding may put it on either side of its level.
    let end = levels[levels.count - 1]
    let goal = level(logSNR: max(end.logSNR, self.levels[0].logSNR))
    return Ladder(levels: levels + [goal], timesteps: levels.map { _ in nil })
  }

  /// The level of the table's process with ln(alpha²/sigma²) = `logSNR`, of any value.
  public func level(logSNR: Double) -> NoiseLevel {
    NoiseLevel(logSNR: logSNR).on(path)
  }

  /// The greatest sigma/alpha of a level that holds some signal.
  public var greatestSigma: Double {
    levels.last { $0.alpha > 0 }.map { $0.sigma / $0.alpha } ?? .infinity
  }

  /// sigma/alpha of `timestep`.
  private func sigma(at timestep: Int) -> Double { levels[timestep].sigma / levels[timestep].alpha }

  private func ladder(visiting timesteps: [Int], finalLevel: FinalLevel) -> Ladder {
    let goal = finalLevel == .clean ? NoiseLevel.clean : levels[0]
    return Ladder(levels: timesteps.map { levels[$0] } + [goal], timesteps: timesteps)
  }
}
