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

  @OptionGroup var options: ModalityOptions

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if heldOut, model == nil { throw ValidationError("--held-out needs --model") }
    if model != nil, options.modality != nil {
      throw ValidationError("--model says the kind of data; leave out --modality")
    }
  }

  func run() throws {
    let described = try model.map { try DiffusionModel.describe(URL(fileURLWithPath: $0)) }
    let configuration = try options.configuration(over: described?.configuration)
    let evaluation = try Evaluation(
      made: URL(fileURLWithPath: made), real: URL(fileURLWithPath: real),
      modality: options.plugins.registry().modality(of: configuration),
      heldOutOf: heldOut ? configuration : nil)
    print(json ? try JSONValue(encoding: evaluation).text(pretty: true) : evaluation.text)
  }
}
