import Core

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

  private func ladder(visiting timesteps: [Int], finalLevel: FinalLevel) -> Ladder {
    let goal = finalLevel == .clean ? NoiseLevel.clean : levels[0]
    return Ladder(levels: timesteps.map { levels[$0] } + [goal], timesteps: timesteps)
  }
}
