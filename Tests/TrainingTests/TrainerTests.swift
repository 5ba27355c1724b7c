import Core
import Tensors
import Testing

@testable import Training

@Suite struct TrainerTests {
  @Test func lossFalls() throws {
    let trainer = try tinyTrainer {
      $0.steps = 150
      $0.learningRate = 3e-3
      $0.batchSize = 8
    }
    let losses = try (0..<150).map { _ in try trainer.trainStep().loss }
    let start = losses.prefix(10).reduce(0, +) / 10
    let end = losses.suffix(20).reduce(0, +) / 20
    #expect(end < 0.5 * start, "from \(start) to \(end)")
  }

  @Test func stepWithNaNChangesNoWeightAndIsCounted() throws {
    let trainer = try tinyTrainer(data: Sines(count: 5, broken: [0, 1, 2, 3, 4]))
    let before = try weights(trainer)
    let report = try trainer.trainStep()
    #expect(report.skipped)
    #expect(trainer.skippedSteps == 1)
    #expect(trainer.step == 1)
    #expect(try weights(trainer) == before)
  }

  @Test func hundredSkippedStepsInARowEndTheRun() throws {
    let trainer = try tinyTrainer(data: Sines(count: 5, broken: [0, 1, 2, 3, 4])) { $0.steps = 200 }
    for _ in 0..<99 { _ = try trainer.trainStep() }
    let error = #expect(throws: StirError.self) { try trainer.trainStep() }
    #expect(error?.code == .diverged)
  }

  @Test func unreadableItemEndsTheStepWithItsReason() throws {
    let trainer = try tinyTrainer(data: Sines(count: 4, unreadable: [1, 2, 3])) {
      $0.heldOutFraction = 0
    }
    let error = #expect(throws: StirError.self) {
      for _ in 0..<3 { _ = try trainer.trainStep() }
    }
    #expect(error?.message.contains("is unreadable") == true)
  }

  /// Two passes of 4 average to the gradient of one pass of 8: the same items, noise and levels.
  @Test func accumulationEqualsALargerBatch() throws {
    let one = try tinyTrainer { $0.batchSize = 8 }
    let two = try tinyTrainer {
      $0.batchSize = 4
      $0.gradientAccumulation = 2
    }
    let (a, b) = try (one.trainStep(), two.trainStep())
    #expect(abs(a.loss - b.loss) < 1e-6 * a.loss)
    #expect(abs(a.gradientNorm - b.gradientNorm) < 1e-5 * a.gradientNorm)
  }

  @Test func sameSeedSameWeightsOtherSeedOthers() throws {
    func run(_ seed: UInt64) throws -> [[Float]] {
      let trainer = try tinyTrainer { $0.seed = seed }
      for _ in 0..<3 { _ = try trainer.trainStep() }
      return try weights(trainer)
    }
    #expect(try run(1) == run(1))
    #expect(try run(1) != run(2))
  }

  @Test func gradientIsClippedToItsBound() throws {
    let free = try tinyTrainer { $0.gradientClip = 0 }
    let clipped = try tinyTrainer { $0.gradientClip = 1e-12 }
    let start = try weights(free)
    _ = try (free.trainStep(), clipped.trainStep())
    // Adam divides by the gradient's own size, save for epsilon: far below it, steps shrink.
    func moved(_ trainer: Trainer) throws -> Float {
      try zip(weights(trainer).joined(), start.joined()).map { abs($0 - $1) }.max() ?? 0
    }
    #expect(try moved(clipped) < 0.05 * moved(free))
  }

  @Test func heldOutLossIsRepeatableAndPerLevel() throws {
    let trainer = try tinyTrainer()
    let model = try trainer.model
    let first = try #require(try trainer.heldOutLoss(of: model))
    let second = try #require(try trainer.heldOutLoss(of: model))
    #expect(first.losses == second.losses)
    #expect(first.losses.count == 8)
    #expect(zip(first.noiseLevels, first.noiseLevels.dropFirst()).allSatisfy { $0 > $1 })
    #expect(first.losses.allSatisfy { $0.isFinite && $0 > 0 })
  }

  @Test func stepsAreAnAsynchronousSequence() async throws {
    let trainer = try tinyTrainer()
    var seen: [Int] = []
    for try await step in trainer.steps(4) { seen.append(step.step) }
    #expect(seen == [1, 2, 3, 4])
  }

  @Test(arguments: [
    ("max_train_steps", 0.0), ("train_batch_size", 0), ("learning_rate", -1),
    ("held_out_fraction", 1), ("checkpoint_every", 0), ("max_grad_norm", -1),
    ("gradient_accumulation_steps", 0), ("ema_max_decay", 1),
  ])
  func badSettingIsNamed(key: String, value: Double) throws {
    let number = value == value.rounded() ? JSONValue.integer(Int(value)) : .number(value)
    var configuration = RunConfiguration()
    configuration.training = try TrainingConfiguration(overriding: .object([key: number]))
    let error = #expect(throws: StirError.self) {
      try Trainer(network: tinyNetwork(), data: Sines(), configuration: configuration)
    }
    #expect(error?.code == .configuration)
    #expect(error?.message.contains(key) == true)
  }
}
