import ArgumentParser
import Foundation
import Modality
import Pipelines
import Training

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a model on a folder of recordings, signals or images.",
    discussion: """
      Leaves in the --out folder: model.safetensors (for stir generate), checkpoint.safetensors \
      (for --resume), metrics.jsonl, loss.png, held-out-by-level.png and samples/.

      Ctrl-C saves a checkpoint and ends with status 130.
      """)

  @Argument(help: "A file or folder of data; folders are read recursively.")
  var data: String

  @Option(
    help: ArgumentHelp(
      "generate: make new items; denoise: take noise away (default: as the recipe says, generate).",
      valueName: "task"))
  var task: String?

  @Option(
    help: ArgumentHelp(
      "For --task denoise: a file or folder of noise to lay under the clean data.",
      valueName: "path"))
  var noise: String?

  @Option(help: "The kind of data (default: as the recipe says, the one --plugin, or audio).")
  var modality: String?

  @Option(help: "A YAML or JSON file with the run's configuration.")
  var recipe: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Set one key over the recipe, such as training.train_batch_size=8.", valueName: "key=value"))
  var settings: [String] = []

  @Option(help: "Training steps; the same as --set training.max_train_steps=….")
  var steps: Int?

  @Option(help: "The seed of everything random; the same as --set training.seed=….")
  var seed: UInt64?

  @Option(help: "The folder of the run.")
  var out: String

  @Flag(
    help: "Go on with the checkpoint in the --out folder, with the configuration it was begun with."
  )
  var resume = false

  @Flag(help: "Print the summary as JSON on stdout.")
  var json = false

  @Flag(help: "Show no progress.")
  var quiet = false

  @OptionGroup var plugins: PluginOptions

  @OptionGroup var engine: EngineOptions

  @OptionGroup var precision: PrecisionOption

  func run() throws {
    let interruption = Interruption()
    let device = try engine.start()
    let registry = try plugins.registry()
    let folder = RunFolder(URL(fileURLWithPath: out))
    let summary = try TrainingRun(
      folder: folder, console: Console(quiet: quiet), interruption: interruption
    ).train(
      on: URL(fileURLWithPath: data), noise: noise.map(URL.init(fileURLWithPath:)),
      configuration: configuration(folder), registry: registry, device: device, resume: resume)
    try report(summary, folder)
    if summary.interrupted {
      throw Interrupted("at step \(summary.step); --resume goes on from there")
    }
  }

  /// The recipe's configuration, or the checkpoint's, with the options over it.
  private func configuration(_ folder: RunFolder) throws -> RunConfiguration {
    var settings = settings
    if let task { settings.append("task=\(task)") }
    if let modality { settings.append("modality=\(modality)") }
    if let steps { settings.append("training.max_train_steps=\(steps)") }
    if let seed { settings.append("training.seed=\(seed)") }
    if let precision = precision.precision {
      settings.append("training.precision=\(precision.rawValue)")
    }
    var base =
      try resume
      ? Trainer.configuration(ofCheckpoint: folder.checkpoint) : RunConfiguration()
    // A recipe says which of several plugins is meant.
    let asksPlugins = !resume && modality == nil && (recipe == nil || plugins.folders.count == 1)
    if asksPlugins, let plugin = try plugins.modality() { base.modality = plugin }
    return try Recipe.load(recipe.map(URL.init(fileURLWithPath:)), settings: settings, over: base)
  }

  private func report(_ summary: TrainingRun.Summary, _ folder: RunFolder) throws {
    if json {
      print(try JSONValue(encoding: summary).text())
    } else {
      print("model    \(folder.model.path)")
      print("curves   \(folder.lossCurve.path)")
      print("samples  \(folder.url.appendingPathComponent("samples").path)")
    }
  }
}
