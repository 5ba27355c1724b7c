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

  /// The kind of data that whoever names one plugin means; nil if none is named.
  /// - Throws: `StirError.Code.configuration` if there are several to choose from.
  func modality() throws -> String? {
    guard folders.count <= 1 else {
      throw StirError(
        .configuration, "several plugins are named; say by --modality which of them is meant")
    }
    return try folders.first.map { try ModalityRegistry.kind(at: $0.path).identifier }
  }

  func registry() throws -> ModalityRegistry { try .withPlugins(in: folders) }
}
