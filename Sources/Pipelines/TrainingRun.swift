import Core
import Foundation
import Modality
import Networks
import Schedules
import Tensors
import Training

/// From data and a configuration to a run folder with a model in it.
public struct TrainingRun {
  public let folder: RunFolder
  public let console: Console
  public let interruption: Interruption

  public init(folder: RunFolder, console: Console, interruption: Interruption) {
    self.folder = folder
    self.console = console
    self.interruption = interruption
  }

  /// How a run ended.
  public struct Summary: Codable, Sendable {
    public var model: String
    public var step: Int
    public var loss: Double?
    public var heldOutLoss: Double?
    public var skippedSteps: Int
    public var interrupted: Bool

    enum CodingKeys: String, CodingKey {
      case model, step, loss
      case heldOutLoss = "held_out_loss"
      case skippedSteps = "skipped_steps"
      case interrupted
    }
  }

  /// Trains until the last step or an interruption, either of which leaves a checkpoint.
  ///
  /// - Parameters:
  ///   - data: a file or folder of the modality's.
  ///   - noise: the same of noise, where the task is to denoise.
  ///   - resume: goes on with the checkpoint in the folder; otherwise the folder must hold no run.
  public func train(
    on data: URL, noise: URL? = nil, configuration: RunConfiguration, registry: ModalityRegistry,
    device: Device, resume: Bool
  ) throws -> Summary {
    if !resume { try folder.requireNoRun() }
    try makeFolder(folder.url)
    var configuration = configuration
    var modality = try registry.modality(of: configuration)
    configuration.modalityVersion = modality.version
    var items = try modality.dataset(
      at: data, progress: console.measuringData(until: interruption))
    modality = try modality.fitted(to: items)
    if configuration.task == .denoise {
      items = try noisyRecordings(of: items, noise, modality, configuration)
    }
    note(rejected: items.rejected)
    configuration.data = try modality.configurationTree()

    for finding in configuration.process.lint(prediction: configuration.objective.prediction)
    where finding.severity == .warning {
      console.note("noise schedule: \(finding)")
    }
    configuration.network.classes = configuration.conditioning.labels ? items.labels.count : 0
    let network = try UNet(
      configuration.network, layout: modality.layout, task: configuration.task,
      seed: configuration.training.seed)
    try network.move(to: device)
    let trainer = try Trainer(network: network, data: items, configuration: configuration)
    if resume { try trainer.resume(from: folder.checkpoint) }
    try folder.removeUnfinishedFiles(after: trainer.step)
    try writeAtomically(
      Data(try JSONValue(encoding: trainer.configuration).text(pretty: true).utf8 + [10]),
      to: folder.configuration)
    console.note(
      "\(resume ? "resuming at step \(trainer.step)" : "training"): \(items.count) items of "
        + "\(modality.layout.shape.map(String.init).joined(separator: " × ")), "
        + "\(network.parameterCount) parameters, \(device)")

    var metrics = try Metrics(folder.metrics, keepingUpTo: trainer.step)
    let last = try walk(trainer, modality: modality, items: items, metrics: &metrics)
    console.closeLine()
    return Summary(
      model: folder.model.path, step: trainer.step, loss: last,
      heldOutLoss: metrics.evaluations.last?.heldOutLoss,
      skippedSteps: trainer.skippedSteps,
      interrupted: trainer.step < trainer.configuration.training.steps)
  }

  /// Steps to the end; returns the mean loss of the last 100.
  private func walk(
    _ trainer: Trainer, modality: any DataModality, items: any DataSet, metrics: inout Metrics
  ) throws -> Double? {
    let training = trainer.configuration.training
    var pace = Pace()
    pace.mark(trainer.step)
    var savedStep = trainer.step
    while trainer.step < training.steps, !interruption.isRequested {
      let report = try trainer.trainStep()
      try metrics.append(report)
      pace.mark(report.step)
      if report.skipped {
        console.note("step \(report.step) skipped: the loss or its gradient is not a number")
      }
      console.progress(
        "step \(report.step)/\(training.steps)  loss \(decimal(metrics.meanLoss ?? .nan, 5))  "
          + pace.text(unit: "steps", remaining: training.steps - report.step)
          + (metrics.waitingShare > 0.02
            ? ", \(Int(metrics.waitingShare * 100)) % waiting for data" : ""))

      func due(_ every: Int) -> Bool {
        every > 0 && (report.step % every == 0 || report.step == training.steps)
      }
      if due(training.snapshotEvery) {
        try makeFolder(folder.snapshots)
        try trainer.writeSnapshot(to: folder.snapshot(step: report.step))
      }
      let evaluates = due(training.evaluateEvery)
      let samples = due(training.sampleEvery)
      let saves = due(training.checkpointEvery)
      guard evaluates || samples || saves else { continue }
      let model = try trainer.model
      if evaluates { try evaluate(model, trainer, &metrics) }
      if samples { try sample(model, modality, items) }
      if saves {
        try save(model, trainer)
        savedStep = trainer.step
      }
    }
    if trainer.step > savedStep { try save(trainer.model, trainer) }
    return metrics.meanLoss
  }

  private func evaluate(
    _ model: DiffusionModel, _ trainer: Trainer, _ metrics: inout Metrics
  ) throws {
    if let heldOut = try trainer.heldOutLoss(of: model) {
      try metrics.append(heldOut, step: trainer.step)
      console.note(
        "step \(trainer.step): held-out loss \(decimal(heldOut.mean, 5)), "
          + "training loss \(decimal(metrics.meanLoss ?? .nan, 5))")
      try metrics.levelCurve().picture(width: 800, height: 480).writePNG(to: folder.levelCurve)
    }
    try metrics.lossCurve().picture(width: 800, height: 480).writePNG(to: folder.lossCurve)
  }

  /// One made item; of a denoiser what it makes of a held-out recording, beside that.
  private func sample(
    _ model: DiffusionModel, _ modality: any DataModality, _ items: any DataSet
  ) throws {
    let file = folder.sample(step: model.step, fileExtension: modality.fileExtension)
    if model.configuration.task == .denoise {
      return try sampleDenoised(model, modality, items, to: file)
    }
    try model.sample(count: 1, seed: model.configuration.training.seed) { _, item in
      try modality.writeWithPicture(item, to: file)
    }
  }

  private func sampleDenoised(
    _ model: DiffusionModel, _ modality: any DataModality, _ items: any DataSet, to file: URL
  ) throws {
    let training = model.configuration.training
    let split = try DataSplit(items, heldOutFraction: training.heldOutFraction, seed: training.seed)
    var item = try items.item(at: split.heldOut.first ?? 0, seed: training.seed)
    let recording = try Tensor(item.conditions[0], shape: [1] + item.shape)
      .to(device: model.network.device)
    let name = file.deletingPathExtension().lastPathComponent
    func write(_ values: [Float], _ suffix: String) throws {
      // As a modality keeps levels: peaks inside ±1.
      item.values = values.map { $0 / 8 }
      item.scale = nil
      let place = file.deletingLastPathComponent().appendingPathComponent(name + suffix)
      try modality.writeWithPicture(
        item, to: place.appendingPathExtension(modality.fileExtension))
    }
    try write(item.conditions[0], "-recording")
    try write(item.values, "-clean")
    try write(
      model.denoise(recording, seed: training.seed, items: 0..<1).floats(), "-denoised")
  }

  /// Clean items with noisy recordings of them.
  private func noisyRecordings(
    of clean: any DataSet, _ noise: URL?, _ modality: any DataModality,
    _ configuration: RunConfiguration
  ) throws -> any DataSet {
    guard let noise else {
      throw StirError(
        .configuration, "training a denoiser needs recordings of noise: name a folder by --noise")
    }
    guard modality.layout.rank == 1, let rate = modality.positionsPerSecond else {
      throw StirError(
        .configuration,
        "the task denoise is for signals over time; \(modality.identifier) items are "
          + "\(modality.layout.shape) without a rate")
    }
    let noises = try modality.dataset(
      at: noise, progress: console.measuringData(until: interruption))
    return try NoisyRecordings(
      clean: clean, noise: noises, degradation: configuration.denoising.degradation, rate: rate,
      training: configuration.training)
  }

  /// The model first: a checkpoint never stands without the model of at least its step.
  private func save(_ model: DiffusionModel, _ trainer: Trainer) throws {
    try model.write(to: folder.model)
    try trainer.writeCheckpoint(to: folder.checkpoint)
  }

  private func note(rejected: [RejectedInput]) {
    for input in rejected.prefix(10) { console.note("left out: \(input.name): \(input.reason)") }
    if rejected.count > 10 {
      console.note("left out: \(rejected.count - 10) more; stir inspect lists them all")
    }
  }
}
