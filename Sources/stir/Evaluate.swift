import ArgumentParser
import Foundation
import Modality
import Pipelines
import Training

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare what a model made with real data.",
    discussion: """
      Prints distances between sets of items, on features that need no trained weights: of what was \
      made, and for comparison of other real items, of blurred ones and of noise. Smaller is nearer; \
      what was made should be near the other real items and far from the rest.
      """)

  @Argument(help: "A file or folder of what was made.")
  var made: String

  @Argument(help: "A file or folder of real data, which was not trained on.")
  var real: String

  @Option(help: "The model that made it, whose kind of data and configuration then count.")
  var model: String?

  @Flag(help: "Of the real data take only what the training of --model held out.")
  var heldOut = false

  @Option(help: "The kind of data, without --model (default: the one --plugin, or audio).")
  var modality: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Set one key of the modality, such as sample_rate=8000.", valueName: "key=value"))
  var settings: [String] = []

  @OptionGroup var plugins: PluginOptions

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if heldOut, model == nil { throw ValidationError("--held-out needs --model") }
    if model != nil, modality != nil {
      throw ValidationError("--model says the kind of data; leave out --modality")
    }
  }

  func run() throws {
    let described = try model.map { try DiffusionModel.describe(URL(fileURLWithPath: $0)) }
    var base = described?.configuration ?? RunConfiguration()
    if model == nil, let kind = try modality ?? plugins.modality() { base.modality = kind }
    let configuration = try Recipe.load(nil, settings: settings.map { "data.\($0)" }, over: base)
    let evaluation = try Evaluation(
      made: URL(fileURLWithPath: made), real: URL(fileURLWithPath: real),
      modality: plugins.registry().modality(of: configuration),
      heldOutOf: heldOut ? configuration : nil)
    print(json ? try JSONValue(encoding: evaluation).text(pretty: true) : evaluation.text)
  }
}
