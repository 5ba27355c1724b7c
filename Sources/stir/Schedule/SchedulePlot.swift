import ArgumentParser
import Foundation
import Pipelines
import Training

struct SchedulePlot: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract: "Draw the noise level, the signal-to-noise ratio and the ladder of sampling.",
    discussion: """
      stir schedule plot run/model.safetensors --out schedule.png
      stir schedule plot --recipe recipe.yaml --set process.path=flow --out schedule.png
      """)

  @Argument(help: "A model file (default: the recipe, or the defaults).")
  var model: String?

  @Option(help: "A YAML or JSON file with a run's configuration.")
  var recipe: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Set one key over them, such as sampling.num_inference_steps=6.", valueName: "key=value"))
  var settings: [String] = []

  @Option(help: "The PNG file to write.")
  var out: String

  func run() throws {
    let base = try model.map { try DiffusionModel.describe(URL(fileURLWithPath: $0)).configuration }
    let configuration = try Recipe.load(
      recipe.map(URL.init(fileURLWithPath:)), settings: settings, over: base ?? RunConfiguration())
    let url = URL(fileURLWithPath: out)
    try schedulePicture(configuration).writePNG(to: url)
    print("wrote \(url.path)")
  }
}
