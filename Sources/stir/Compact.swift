import ArgumentParser
import Foundation
import Pipelines
import Training

struct Compact: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a model with weights of 16 bits, in half the space.",
    discussion: """
      The weights are rounded to bfloat16, which has 8 bits of precision: enough for what a model \
      makes or denoises, as a rule. Whoever goes on with a training needs its checkpoint instead.
      """)

  @Argument(help: "A model file.")
  var model: String

  @Option(help: ArgumentHelp("The model file to write.", valueName: "file"))
  var out: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Set one key of the sampling that the model remembers, such as sampling.sampler=ddim.",
      valueName: "key=value"))
  var settings: [String] = []

  func run() throws {
    let url = URL(fileURLWithPath: out)
    try requireNothing(at: url)
    let model = try DiffusionModel(contentsOf: URL(fileURLWithPath: model))
    let sampling = try Recipe.load(nil, settings: settings, over: model.configuration).sampling
    try model.with(sampling).write(to: url, dtype: .bfloat16)
    print("wrote \(out)")
  }
}
