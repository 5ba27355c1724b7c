import Core
import Foundation
import Networks

/// How a model is trained.
public struct TrainingConfiguration: Configuration {
  /// Optimiser updates in all.
  public var steps = 10_000
  /// Items in each forward and backward pass.
  public var batchSize = 16
  /// Passes whose gradients are averaged into one update.
  public var gradientAccumulation = 1
  /// The highest learning rate.
  public var learningRate = 1e-3
  /// Updates over which the rate rises linearly from zero.
  public var warmupSteps = 200
  /// How the rate falls from the end of the warm-up to the last step.
  public var decay = LearningRateDecay.cosine
  public var weightDecay = 0.01
  /// The gradient's norm is scaled down to this; 0 leaves it.
  public var gradientClip = 1.0
  /// The power of the moving average's warm-up: 3/4 reaches a decay of .999 at 10,000 updates.
  public var emaPower = 0.75
  public var emaMaximumDecay = 0.9999
  /// Steps between snapshots of two more averages, from which `stir ema` makes models of any
  /// averaging length after the training; 0 for none. Each is twice the size of a model.
  public var snapshotEvery = 0
  /// The share of the sources that is held out of training.
  public var heldOutFraction = 0.05
  /// Steps between held-out evaluations; 0 for none.
  public var evaluateEvery = 500
  /// Steps between generated samples; 0 for none.
  public var sampleEvery = 1_000
  /// Steps between checkpoints; the last step always leaves one.
  public var checkpointEvery = 500
  /// What the network computes in; a run settles `auto` when it starts and keeps to that.
  public var precision = Precision.auto
  /// Decides starting weights, data order, crops, noise and held-out sources.
  public var seed: UInt64 = 0

  /// The shape of the learning rate after the warm-up.
  public enum LearningRateDecay: String, NamedChoice { case constant, linear, cosine }

  public init() {}

  enum CodingKeys: String, CodingKey {
    case steps = "max_train_steps"
    case batchSize = "train_batch_size"
    case gradientAccumulation = "gradient_accumulation_steps"
    case learningRate = "learning_rate"
    case warmupSteps = "lr_warmup_steps"
    case decay = "lr_scheduler"
    case weightDecay = "adam_weight_decay"
    case gradientClip = "max_grad_norm"
    case emaPower = "ema_power"
    case emaMaximumDecay = "ema_max_decay"
    case snapshotEvery = "posthoc_ema_every"
    case heldOutFraction = "held_out_fraction"
    case evaluateEvery = "evaluate_every"
    case sampleEvery = "sample_every"
    case checkpointEvery = "checkpoint_every"
    case precision, seed
  }

  /// The learning rate of the update after `step` updates.
  public func learningRate(after step: Int) -> Double {
    let warm = warmupSteps == 0 ? 1 : min(1, Double(step + 1) / Double(warmupSteps))
    let span = max(1, steps - warmupSteps)
    let progress = min(1, max(0, Double(step - warmupSteps) / Double(span)))
    let fall =
      switch decay {
      case .constant: 1.0
      case .linear: 1 - progress
      case .cosine: (1 + cos(.pi * progress)) / 2
      }
    return learningRate * warm * fall
  }

  /// - Throws: `StirError.Code.configuration` for a value out of range.
  func validate() throws {
    func require(_ condition: Bool, _ message: String) throws {
      guard condition else { throw StirError(.configuration, "training: \(message)") }
    }
    try require(steps > 0, "max_train_steps is \(steps), expected at least 1")
    try require(batchSize > 0, "train_batch_size is \(batchSize), expected at least 1")
    try require(
      gradientAccumulation > 0,
      "gradient_accumulation_steps is \(gradientAccumulation), expected at least 1")
    try require(
      learningRate > 0 && learningRate.isFinite,
      "learning_rate is \(learningRate), expected more than 0")
    try require(
      (0..<1).contains(heldOutFraction),
      "held_out_fraction is \(heldOutFraction), expected from 0 to below 1")
    try require(
      warmupSteps >= 0 && weightDecay >= 0 && gradientClip >= 0 && emaPower >= 0
        && (0..<1).contains(emaMaximumDecay),
      "lr_warmup_steps, adam_weight_decay, max_grad_norm and ema_power are not negative, "
        + "ema_max_decay is below 1")
    try require(
      evaluateEvery >= 0 && sampleEvery >= 0 && snapshotEvery >= 0 && checkpointEvery > 0,
      "evaluate_every, sample_every and posthoc_ema_every are not negative, checkpoint_every is at "
        + "least 1")
  }
}
