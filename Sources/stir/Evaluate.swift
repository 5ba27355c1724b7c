import ArgumentParser
import Foundation
import Modality
import Pipelines
import Training

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare what a model made with real data, or with the truth.",
    usage: """
      stir evaluate <made> <real> [<options>]
      stir evaluate --task denoise <clean> <noisy> <estimate> [--json]
      """,
    discussion: """
      Compares sets of items, by features that need no trained weights, with half of the real ones: \
      what was made, and for comparison the other real items, blurred ones and noise. What was made \
      should be near the other real items and far from the rest. Distances (of kernel means, and \
      Fréchet) are the smaller the nearer; precision is the share of a set that lies where real \
      items lie, recall the share of real items that lie where the set does.

      With --training a second table says how near the made items are to the nearest training item, \
      in deviations of a feature, and how near real items are that were not trained on. Of a model \
      that repeats nothing some 5 % are nearer than 95 % of those.

      With --task denoise the three paths are sound files, or folders of them with the same names: \
      clean speech, the same with noise, and what a denoiser made of that. Noisy files and \
      estimates are measured against the clean ones: SI-SDR, SDR, segmental SNR, STOI, ESTOI, \
      log-spectral distance and, where Python has the package pesq, PESQ \
      (docs/denoising-metrics.md).
      """)

  @Argument(
    help: ArgumentHelp(
      "What was made, and real data, which was not trained on; with --task denoise clean, noisy "
        + "and denoised speech. Files or folders.",
      valueName: "path"))
  var paths: [String] = []

  @Option(help: "What the model does: generate or denoise.")
  var task = EvaluationTask.generate

  @Option(help: "The model that made it, whose kind of data and configuration then count.")
  var model: String?

  @Option(
    help: ArgumentHelp(
      "The data that was trained on; with --model, without what its training held out.",
      valueName: "path"))
  var training: String?

  @Option(
    help: ArgumentHelp(
      "A PNG file to draw: the 32 made items nearest to a training item, each beside that.",
      valueName: "file"))
  var pairs: String?

  @Flag(help: "Of the real data take only what the training of --model held out.")
  var heldOut = false

  @OptionGroup var options: ModalityOptions

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard paths.count == task.paths.count else {
      throw ValidationError(
        "--task \(task.rawValue) takes \(task.paths.count) paths, "
          + "\(task.paths.map { "<\($0)>" }.joined(separator: " ")); found \(paths.count)")
    }
    if task == .denoise, let option = generationOption {
      throw ValidationError("\(option) is of no use to --task denoise, which takes only --json")
    }
    if heldOut, model == nil { throw ValidationError("--held-out needs --model") }
    if model != nil, options.modality != nil {
      throw ValidationError("--model says the kind of data; leave out --modality")
    }
    if pairs != nil, training == nil { throw ValidationError("--pairs needs --training") }
    if let training, !heldOut, path(training).standardized == path(paths[1]).standardized {
      throw ValidationError(
        "the real data is the training data, so that all of it would be nearest to itself; give "
          + "data that was not trained on, or --model with --held-out")
    }
  }

  /// An option that was given and that only --task generate knows.
  private var generationOption: String? {
    [
      ("--model", model != nil), ("--training", training != nil), ("--pairs", pairs != nil),
      ("--held-out", heldOut), ("--modality", options.modality != nil),
      ("--set", !options.settings.isEmpty), ("--plugin", !options.plugins.plugins.isEmpty),
    ].first { $0.1 }?.0
  }

  func run() throws {
    switch task {
    case .generate: try evaluateMade()
    case .denoise:
      let evaluation = try DenoisingEvaluation(
        clean: path(paths[0]), noisy: path(paths[1]), estimate: path(paths[2]))
      print(json ? try evaluation.json.text(pretty: true) : evaluation.text)
    }
  }

  private func evaluateMade() throws {
    if let pairs { try requireNothing(at: path(pairs)) }
    let described = try model.map { try DiffusionModel.describe(path($0)) }
    let configuration = try options.configuration(over: described?.configuration)
    let modality = try options.plugins.registry().modality(of: configuration)
    let evaluation = try Evaluation(
      made: path(paths[0]), real: path(paths[1]), training: training.map(path), modality: modality,
      run: model == nil ? nil : configuration, heldOut: heldOut)
    if let pairs { try evaluation.pairs?.draw(with: modality, to: path(pairs)) }
    print(json ? try JSONValue(encoding: evaluation).text(pretty: true) : evaluation.text)
  }
}

/// What was to be done, and so what it is measured by.
enum EvaluationTask: String, CaseIterable, ExpressibleByArgument {
  case generate, denoise

  /// What the command takes, in this order.
  var paths: [String] { self == .generate ? ["made", "real"] : ["clean", "noisy", "estimate"] }
}

private func path(_ text: String) -> URL { URL(fileURLWithPath: text) }
