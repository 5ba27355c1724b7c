import Core
import Diffusion
import Foundation
import Modality
import Networks
import Schedules
import Tensors

/// Trains a network to denoise: draw a batch, add noise, predict, compare, update.
///
/// Everything random follows from `configuration.training.seed` and the number of the step, so a
/// run that is resumed goes on to the same bytes as one that was never stopped.
///
/// A trainer belongs to one thread.
public final class Trainer {
  public let configuration: RunConfiguration
  public let network: UNet
  public let layout: Layout
  /// Steps done, in this process and before.
  public private(set) var step = 0
  /// Steps whose loss or gradient was not a number; they changed no weight.
  public private(set) var skippedSteps = 0

  private let parameters: [Parameter]
  private let table: NoiseTable
  private let optimizer: AdamW
  private let ema: EMA
  let posthoc: PosthocEMA?
  private let batches: BatchMaker
  private var loader: BatchLoader?
  private let heldOut: HeldOutSet?
  private let fingerprint: String
  private var skippedInARow = 0

  /// What one step did.
  public struct StepReport: Sendable {
    /// Steps done, this one counted.
    public let step: Int
    public let loss: Double
    /// The norm of the gradient before clipping.
    public let gradientNorm: Double
    public let learningRate: Double
    /// Whether the step was left out because loss or gradient was not a number.
    public let skipped: Bool
    /// Seconds for the whole step.
    public let seconds: Double
    /// Seconds of it spent waiting for data.
    public let waiting: Double
  }

  /// A trainer at step 0.
  ///
  /// - Parameters:
  ///   - network: the network to train; its shape replaces `configuration.network`.
  ///   - data: the items to learn from; some sources are held out of training.
  ///   - configuration: process, objective and training; what the model file remembers.
  /// - Throws: `StirError.Code.configuration` for settings that do not go together.
  public init(network: UNet, data: any DataSet, configuration: RunConfiguration) throws {
    var configuration = configuration
    configuration.network = network.configuration
    try configuration.objective.validate()
    let denoising = configuration.task == .denoise ? configuration.denoising : nil
    try denoising?.validate()
    try configuration.conditioning.settle(on: data)
    let classes = configuration.conditioning.classes.count
    guard network.configuration.classes == (configuration.conditioning.labels ? classes : 0) else {
      throw StirError(
        .configuration,
        "the network is for \(network.configuration.classes) classes (num_class_embeds), the data has "
          + "\(classes)")
    }
    let training = configuration.training
    try training.validate()
    let precision = training.precision.settled(on: network.device)
    configuration.training.precision = precision
    network.use(precision)
    let example = try data.item(at: 0, seed: 0)
    layout = Layout(channels: example.shape[0], extents: Array(example.shape.dropFirst()))
    self.network = network
    parameters = network.parameters
    table = try configuration.process.table(for: configuration.objective.prediction)
    optimizer = try AdamW(parameters, weightDecay: training.weightDecay)
    ema = try EMA(parameters, power: training.emaPower, maximumDecay: training.emaMaximumDecay)
    posthoc = try training.snapshotEvery > 0 ? PosthocEMA(parameters) : nil
    let split = try DataSplit(data, heldOutFraction: training.heldOutFraction, seed: training.seed)
    if configuration.objective.needsSigmaData, configuration.objective.sigmaData == 0 {
      configuration.objective.sigmaData = try deviation(of: data, indices: split.training)
    }
    self.configuration = configuration
    batches = BatchMaker(
      data: data, indices: split.training, table: table, objective: configuration.objective,
      conditioning: configuration.conditioning, denoising: denoising,
      batchSize: training.batchSize, seed: training.seed)
    heldOut = try HeldOutSet(
      data, indices: split.heldOut, table: table, conditioning: configuration.conditioning,
      denoising: denoising, seed: training.seed)
    fingerprint = DataSplit.fingerprint(of: data)
  }

  /// A trainer for `network` with everything else at its default.
  public convenience init(
    network: UNet, process: NoiseSchedule = .cosine, prediction: PredictionType = .velocity,
    data: any DataSet
  ) throws {
    var configuration = RunConfiguration()
    configuration.process = process
    configuration.objective.prediction = prediction
    try self.init(network: network, data: data, configuration: configuration)
  }

  deinit { stopLoading() }

  /// Lets go of the batches that wait ready; the next step begins loading again.
  func stopLoading() {
    loader?.stop()
    loader = nil
  }

  /// One update of the weights.
  /// - Throws: what reading the data throws; `.diverged` when 100 steps in a row were skipped.
  public func trainStep() throws -> StepReport {
    let training = configuration.training
    let start = ContinuousClock.now
    var waiting = Duration.zero
    var loss = 0.0
    for parameter in parameters { parameter.tensor.clearGradient() }
    for _ in 0..<training.gradientAccumulation {
      let asked = ContinuousClock.now
      let batch = try nextBatch()
      waiting += ContinuousClock.now - asked
      let mean = try configuration.objective.losses(
        network, x0: batch.x0, noise: batch.noise, levels: batch.levels, labels: batch.labels,
        recording: batch.recording
      ).mean()
      let share = try mean / Double(training.gradientAccumulation)
      try share.backward()
      loss += try share.item()
    }

    let gradients = try parameters.map(gradient)
    let norm = try Tensor.globalNorm(gradients)
    let rate = training.learningRate(after: step)
    let skipped = !(loss.isFinite && norm.isFinite)
    step += 1
    if skipped {
      skippedSteps += 1
      skippedInARow += 1
      try requireProgress()
    } else {
      skippedInARow = 0
      let clip = training.gradientClip
      try optimizer.update(
        parameters, gradients: gradients,
        gradientScale: clip > 0 && norm > clip ? clip / norm : 1, rate: rate,
        update: step - skippedSteps, ema: ema)
      try posthoc?.update(parameters, update: step - skippedSteps)
    }
    return StepReport(
      step: step, loss: loss, gradientNorm: norm, learningRate: rate, skipped: skipped,
      seconds: (ContinuousClock.now - start).seconds, waiting: waiting.seconds)
  }

  /// The model at this step: the averaged weights, which sample better than the latest ones.
  public var model: DiffusionModel {
    get throws {
      let copy = try UNet(network.configuration)
      try copy.load(named(ema.averages), from: "the moving average")
      try copy.move(to: network.device)
      copy.computeType = network.computeType
      return try DiffusionModel(
        network: copy, configuration: configuration, layout: layout, step: step)
    }
  }

  /// The held-out loss of `model` at each of eight noise levels; nil if nothing is held out.
  public func heldOutLoss(of model: DiffusionModel) throws -> HeldOutLoss? {
    try heldOut?.loss(
      of: model.network, objective: configuration.objective,
      batchSize: configuration.training.batchSize)
  }

  private func nextBatch() throws -> Batch {
    let first = step * configuration.training.gradientAccumulation
    let loader = self.loader ?? BatchLoader(batches, first: first)
    self.loader = loader
    let batch = try loader.next()
    let device = network.device
    return Batch(
      x0: try batch.x0.to(device: device), noise: try batch.noise.to(device: device),
      levels: batch.levels, labels: batch.labels, recording: try batch.recording?.to(device: device)
    )
  }

  private func gradient(of parameter: Parameter) throws -> Tensor {
    guard let gradient = parameter.tensor.gradient else {
      throw StirError(.engine, "\(parameter.name) took no part in the loss")
    }
    return gradient
  }

  private func requireProgress() throws {
    guard skippedInARow < 100 else {
      throw StirError(
        .diverged,
        "the loss was not a number for 100 steps in a row, up to step \(step). Resume from the last "
          + "checkpoint with a lower training.learning_rate")
    }
  }

  private func named(_ tensors: [Tensor]) -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: zip(parameters.map(\.name), tensors))
  }
}

// MARK: - Checkpoints

extension Trainer {
  private static let checkpointFormat = "stir-checkpoint"
  private static let checkpointVersion = "1"

  /// Writes everything that `resume(from:)` needs: weights, averages, the optimiser's moments, the
  /// step, and the whole configuration. Random state and data order follow from seed and step.
  public func writeCheckpoint(to url: URL) throws {
    try SafeTensors(
      tensors: named(checkpointGroups),
      metadata: [
        "format": Trainer.checkpointFormat, "version": Trainer.checkpointVersion,
        "step": "\(step)", "skipped_steps": "\(skippedSteps)", "data": fingerprint,
        "configuration": try JSONValue(encoding: configuration).text(),
      ]
    ).write(to: url)
  }

  /// The configuration that a checkpoint was written with.
  public static func configuration(ofCheckpoint url: URL) throws -> RunConfiguration {
    let metadata = try checkedMetadata(SafeTensors.metadata(of: url), at: url)
    guard let tree = try? metadata["configuration"]?.decodedJSON(as: JSONValue.self) else {
      throw StirError(.invalidData, "\(url.path): the checkpoint's configuration is damaged")
    }
    return try RunConfiguration(overriding: tree)
  }

  /// Goes on where the checkpoint at `url` was written.
  /// - Throws: `.invalidData` when the file is damaged, or belongs to another network or other data.
  public func resume(from url: URL) throws {
    precondition(loader == nil, "resume comes before the first step")
    let file = try SafeTensors(contentsOf: url)
    let metadata = try Trainer.checkedMetadata(file.metadata, at: url)
    guard let step = metadata["step"].flatMap(Int.init),
      let skipped = metadata["skipped_steps"].flatMap(Int.init)
    else { throw StirError(.invalidData, "\(url.path): the checkpoint's step is damaged") }
    guard metadata["data"] == fingerprint else {
      throw StirError(
        .invalidData,
        "\(url.path) was trained on other data: files were added, removed or renamed since. "
          + "Restore them, or start a new run")
    }
    let expected = named(checkpointGroups)
    for (name, tensor) in expected.sorted(by: { $0.key < $1.key }) {
      guard file.tensors[name]?.shape == tensor.shape else {
        throw StirError(
          .invalidData,
          "\(url.path): \(name) of shape \(tensor.shape) is not in it"
            + (name.hasPrefix(PosthocEMA.prefix)
              ? ". Its training kept no such averages from the start: resume with "
                + "training.posthoc_ema_every=0, or start a new run" : ""))
      }
    }
    for (name, tensor) in expected {
      if let saved = file.tensors[name] { try tensor.copy(from: saved) }
    }
    (self.step, skippedSteps) = (step, skipped)
  }

  private var checkpointGroups: [(name: String, tensors: [Tensor])] {
    [
      ("model", parameters.map(\.tensor)), ("ema", ema.averages),
      ("adam.first", optimizer.firstMoments), ("adam.second", optimizer.secondMoments),
    ] + (posthoc?.groups ?? [])
  }

  /// `group.parameter` for each tensor of each group, which are in the order of the parameters.
  func named(_ groups: [(name: String, tensors: [Tensor])]) -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for (group, values) in groups {
      for (name, tensor) in named(values) { tensors["\(group).\(name)"] = tensor }
    }
    return tensors
  }

  private static func checkedMetadata(
    _ metadata: [String: String], at url: URL
  ) throws -> [String: String] {
    guard metadata["format"] == checkpointFormat, metadata["version"] == checkpointVersion else {
      throw StirError(
        .invalidData,
        "\(url.path) is not a stir checkpoint of version \(checkpointVersion): "
          + "its metadata says format \(metadata["format"] ?? "none"), "
          + "version \(metadata["version"] ?? "none")")
    }
    return metadata
  }
}

/// The standard deviation of the values of up to 256 of the items: EDM's σ_data.
private func deviation(of data: any DataSet, indices: [Int]) throws -> Double {
  let chosen = spreadEvenly(256, over: indices.count).map { indices[$0] }
  let moments = try concurrentMap(chosen.count) { i in
    let values = try data.item(at: chosen[i], seed: 0).values
    return (
      count: Double(values.count), sum: values.reduce(0.0) { $0 + Double($1) },
      square: values.reduce(0.0) { $0 + Double($1) * Double($1) }
    )
  }
  let count = moments.reduce(0) { $0 + $1.count }
  let mean = moments.reduce(0) { $0 + $1.sum } / count
  let variance = moments.reduce(0) { $0 + $1.square } / count - mean * mean
  guard variance > 1e-12 else {
    throw StirError(
      .invalidData, "the items are constant, so sigma_data cannot be measured; check the data")
  }
  return variance.squareRoot()
}

extension Duration {
  /// This duration in seconds.
  public var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
