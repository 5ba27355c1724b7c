import Foundation
import Modality
import PluginKit

/// A new plugin's package, which builds and passes `stir plugins check` as it is.
public struct PluginTemplate {
  /// What it is written in.
  public enum Language: String, NamedChoice { case swift, c }

  let identifier: String
  let language: Language
  /// The folder of stir's own package, which a plugin in Swift builds against.
  let stir: URL

  /// - Throws: `StirError.Code.configuration` for a name that is no identifier, `.missingInput` when
  ///   a plugin in Swift is wanted and `stir` is not stir's source.
  public init(name: String, language: Language, stir: URL) throws {
    guard PluginManifest.isIdentifier(name) else {
      throw StirError(
        .configuration,
        "\"\(name)\" is no name for a plugin; expected a small letter, then small letters, digits "
          + "and hyphens, such as tide-gauge")
    }
    let kit = stir.appendingPathComponent("Sources/PluginKit").path
    guard language == .c || FileManager.default.fileExists(atPath: kit) else {
      throw StirError(
        .missingInput,
        "\(stir.path) is not the source of stir, which a plugin in Swift builds against; say where "
          + "that is by --stir FOLDER")
    }
    (identifier, self.language, self.stir) = (name, language, stir.standardizedFileURL)
  }

  /// Writes the package into `folder`, which must not be there.
  public func write(to folder: URL) throws {
    guard !FileManager.default.fileExists(atPath: folder.path) else {
      throw StirError(.unwritableOutput, "\(folder.path) is there already")
    }
    for (path, text) in try files {
      try writeAtomically(Data(text.utf8), to: folder.appendingPathComponent(path))
    }
  }

  private var files: [(path: String, text: String)] {
    get throws {
      let manifest = PluginManifest(
        identifier: identifier, version: "1", abi: PluginManifest.hostABI,
        summary: "text files with a number on each line",
        library: language == .swift ? ".build/release/lib\(typeName)" : "lib\(cName)")
      let common = [
        (PluginManifest.fileName, try JSONValue(encoding: manifest).text(pretty: true) + "\n")
      ]
      switch language {
      case .swift:
        return common + [
          ("Package.swift", filled(PackageResources.swift_Package_swift_template)),
          ("Makefile", filled(PackageResources.swift_Makefile_template)),
          ("README.md", filled(PackageResources.swift_README_md_template)),
          ("Sources/\(typeName).swift", filled(PackageResources.swift_Modality_swift_template)),
          ("Sources/NumberFiles.swift", filled(PackageResources.swift_DataSet_swift_template)),
          (".gitignore", ".build/\nPackage.resolved\n"),
        ]
      case .c:
        return common + [
          ("\(cName).c", filled(PackageResources.c_plugin_c_template)),
          ("Makefile", filled(PackageResources.c_Makefile_template)),
          ("README.md", filled(PackageResources.c_README_md_template)),
          ("stir_plugin.h", filled(PackageResources.stir_plugin_h_template)),
          (".gitignore", "*.so\n*.dylib\n"),
        ]
      }
    }
  }

  /// The template with its marks replaced.
  private func filled(_ template: [UInt8]) -> String {
    let marks = [
      "@identifier@": identifier, "@Type@": typeName, "@name@": cName, "@stir@": stir.path,
    ]
    return marks.reduce(String(decoding: template, as: UTF8.self)) {
      $0.replacingOccurrences(of: $1.key, with: $1.value)
    }
  }

  /// `tide-gauge` as `TideGauge`.
  private var typeName: String { identifier.split(separator: "-").map(\.capitalized).joined() }

  /// `tide-gauge` as `tide_gauge`.
  private var cName: String { identifier.replacingOccurrences(of: "-", with: "_") }
}
