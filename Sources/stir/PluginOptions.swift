import ArgumentParser
import Foundation
import Modality
import Pipelines

/// Which plugins there are beside the built-in kinds of data.
struct PluginOptions: ParsableArguments {
  @Option(
    name: .customLong("plugin"),
    help: ArgumentHelp(
      "The folder of a plugin; may be given several times. Those in STIR_PLUGIN_PATH and in "
        + "~/.local/share/stir/plugins are found without.", valueName: "folder"))
  var plugins: [String] = []

  var folders: [URL] { plugins.map { URL(fileURLWithPath: $0) } }

  func registry() throws -> ModalityRegistry { try .withPlugins(in: folders) }
}
