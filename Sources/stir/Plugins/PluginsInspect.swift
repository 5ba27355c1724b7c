import ArgumentParser
import Modality
import Pipelines

struct PluginsInspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show a kind of data: its settings with defaults and help, its layout.")

  @Argument(help: "The name of a kind of data, or the folder of a plugin.")
  var target: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Set one key, such as length=512.", valueName: "key=value"))
  var settings: [String] = []

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let inspection = try PluginInspection(
      ModalityRegistry.kind(at: target),
      configuration: Recipe.load(nil, settings: settings.map { "data.\($0)" }).data)
    print(json ? try JSONValue(encoding: inspection).text(pretty: true) : inspection.text)
  }
}
