import ArgumentParser
import Foundation
import Modality
import Pipelines

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what is in a folder of data, or in a model file.")

  @Argument(help: "A file or folder of data, or a .safetensors model.")
  var path: String

  @Option(help: "The kind of data (default: the one --plugin, or audio).")
  var modality: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Set one key of the modality, such as sample_rate=8000.", valueName: "key=value"))
  var settings: [String] = []

  @OptionGroup var plugins: PluginOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let url = URL(fileURLWithPath: path)
    let console = Console()
    let report =
      try url.pathExtension == "safetensors"
      ? ModelInspection.report(on: url)
      : plugins.registry().make(
        modality ?? plugins.modality() ?? "audio",
        configuration: Recipe.load(nil, settings: settings.map { "data.\($0)" }).data
      ).inspect(at: url, progress: console.measuringData(until: Interruption()))
    console.closeLine()
    print(json ? try report.json.text(pretty: true) : report.text)
  }
}
