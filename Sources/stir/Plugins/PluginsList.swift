import ArgumentParser
import Modality
import Pipelines

struct PluginsList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Show every kind of data that there is; loads no plugin.")

  @OptionGroup var plugins: PluginOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let listing = PluginListing(folders: plugins.folders)
    print(json ? try JSONValue(encoding: listing.entries).text(pretty: true) : listing.text)
  }
}
