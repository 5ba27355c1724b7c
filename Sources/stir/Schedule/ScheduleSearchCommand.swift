import ArgumentParser
import Foundation
import Modality
import Pipelines

struct ScheduleSearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Find the best noise levels for few steps, and store them in the model.",
    discussion: """
      Moves one level at a time to where what the model makes comes nearest to real items that it \
      was not trained on, and shows the distance to others of them before and after. The model file \
      that it writes samples with the levels found, unless --steps or sampling.sigmas say otherwise.
      """)

  @Argument(help: "A model file, such as run/model.safetensors.")
  var model: String

  @Argument(help: "The data that it was trained on; what its training held out is used.")
  var data: String

  @Option(help: "The number of noise levels.")
  var steps = 6

  @Option(help: "How many items are made to judge a ladder.")
  var items = 64

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Set a key of the sampling, such as sampling.sampler=ddpm.", valueName: "key=value"))
  var settings: [String] = []

  @Option(help: "The model file to write (default: the model itself).")
  var out: String?

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "Show no progress.")
  var quiet = false

  @OptionGroup var plugins: PluginOptions

  @OptionGroup var engine: EngineOptions

  func validate() throws {
    guard (1...100).contains(steps) else {
      throw ValidationError("--steps is \(steps), expected 1 to 100")
    }
    guard (8...10_000).contains(items) else {
      throw ValidationError("--items is \(items), expected 8 to 10000")
    }
  }

  func run() throws {
    let interruption = Interruption()
    let device = try engine.start()
    let found = try ScheduleSearch(
      model: URL(fileURLWithPath: model), registry: plugins.registry(), device: device,
      console: Console(quiet: quiet), interruption: interruption
    ).search(on: URL(fileURLWithPath: data), steps: steps, items: items, settings: settings)
    let file = URL(fileURLWithPath: out ?? model)
    try found.model.write(to: file)
    if json {
      print(try JSONValue(encoding: found.result).text(pretty: true))
    } else {
      print(found.result.text)
      print("wrote \(file.path)")
    }
  }
}
