import ArgumentParser
import Foundation
import Modality
import Pipelines

struct PluginsNew: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Begin a plugin: a package that builds and passes the check as it is.")

  @Argument(help: "Its name, such as tide-gauge.")
  var name: String

  @Option(help: ArgumentHelp("swift or c.", valueName: "name"))
  var language = "swift"

  @Option(help: "The folder to make (default: the name, in the current folder).")
  var out: String?

  @Option(
    help: "The source of stir, which a plugin in Swift builds against (default: this tool's own).")
  var stir: String?

  func run() throws {
    let template = try PluginTemplate(
      name: name, language: PluginTemplate.Language(named: language),
      stir: URL(fileURLWithPath: stir ?? Self.source))
    let folder = out ?? name
    try template.write(to: URL(fileURLWithPath: folder))
    print("wrote \(folder); its README.md goes on from there")
  }

  /// The package that this tool was built from.
  private static let source = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
}
