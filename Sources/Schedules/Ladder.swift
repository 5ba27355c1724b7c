import Core

/// One step of a sampler: from `level` to the cleaner `next`.
public struct LadderStep: Hashable, Sendable {
  /// The level of the sample before the step.
  public var level: NoiseLevel
  /// The level after it.
  public var next: NoiseLevel
  /// The training timestep of `level`, in 0..<T; nil on a ladder that was not cut from a table.
  public var timestep: Int?

  /// A step from `level` to `next`.
  public init(level: NoiseLevel, next: NoiseLevel, timestep: Int? = nil) {
    self.level = level
    self.next = next
    self.timestep = timestep
  }
}

/// The steps a sampler walks, from noise to clean; never empty.
///
/// The `next` of each step is the `level` of the following one, whatever the spacing: no sampler
/// works out a previous timestep for itself.
public struct Ladder: Hashable, Sendable, RandomAccessCollection {
  private let steps: [LadderStep]

  /// The steps from each of `levels` to the one after it.
  ///
  /// - Parameter levels: two or more, each cleaner than the one before; the last is the goal.
  /// - Throws: `StirError.Code.configuration` naming the level that is not cleaner.
  public init(levels: [NoiseLevel]) throws {
    guard levels.count >= 2 else {
      throw StirError(
        .configuration,
        "ladder: expected at least 2 levels, found \(levels.count); give a start and a goal")
    }
    for (index, (level, next)) in zip(levels, levels.dropFirst()).enumerated() {
      guard level.logSNR < next.logSNR else {
        throw StirError(
          .configuration,
          "ladder: expected each level to be cleaner than the one before it, found log-SNR "
            + "\(next.logSNR) after \(level.logSNR) at levels[\(index + 1)]; order the levels from "
            + "noise to clean, each once")
      }
    }
    self.init(levels: levels[...], timesteps: levels.dropLast().map { _ in nil })
  }

  /// The full chain of `betas` from its noisiest level down to clean, such as WaveGrad's six steps.
  ///
  /// - Parameter betas: β from the cleanest step to the noisiest, as they are published.
  /// - Throws: `StirError.Code.configuration` with the fault that ``NoiseSchedule/lint(prediction:)``
  ///   finds in them.
  public init(betas: [Double]) throws {
    try self.init(levels: NoiseSchedule.betas(betas).table().levels.reversed() + [.clean])
  }

  /// `levels` has one more entry than `timesteps`: the goal.
  init(levels: ArraySlice<NoiseLevel>, timesteps: [Int?]) {
    steps = zip(zip(levels, levels.dropFirst()), timesteps).map { pair, timestep in
      LadderStep(level: pair.0, next: pair.1, timestep: timestep)
    }
  }

  /// The level of the noise that sampling starts from.
  public var start: NoiseLevel { steps[0].level }

  /// The level at which the last step ends.
  public var goal: NoiseLevel { steps[steps.count - 1].next }

  /// 0, the step from the noisiest level.
  public var startIndex: Int { steps.startIndex }
  /// The number of steps.
  public var endIndex: Int { steps.endIndex }
  /// The step at `index`, in 0..<`count`.
  public subscript(index: Int) -> LadderStep { steps[index] }
}
