import Foundation
import Modality

/// A plugin that was found on disk; nothing of it is loaded until it is used.
public struct FoundPlugin: Sendable {
  public let folder: URL
  /// What its manifest says, or why it cannot be used.
  public let manifest: Result<PluginManifest, StirError>

  /// The plugin in `folder`.
  public init(folder: URL) {
    self.folder = folder.standardizedFileURL
    manifest = Result {
      let manifest = try PluginManifest(inFolder: folder)
      try manifest.requireHost(folder)
      return manifest
    }.mapError { $0 as? StirError ?? StirError(.invalidData, "\(folder.path): \($0)") }
  }

  /// The kind of data that it is, which is loaded when it is first made.
  /// - Throws: `StirError` for a manifest that cannot be read or is of another version.
  public func kind() throws -> ModalityKind {
    let manifest = try manifest.get()
    let library = LazyLibrary(manifest, folder: folder)
    return ModalityKind(
      identifier: manifest.identifier, version: manifest.version, summary: manifest.summary,
      origin: folder.path
    ) {
      let library = try library.get()
      let description: PluginDescription = try library.json("describe") {
        library.table.pointee.describe(library.table, $0, $1)
      }
      return description.settings
    } make: {
      try LoadedModality(library.get(), configuration: $0)
    }
  }
}

/// Where plugins are looked for.
public enum PluginSearch {
  /// The plugins in the places that `environment` names, in this order: each folder of
  /// `STIR_PLUGIN_PATH`, then `$XDG_DATA_HOME/stir/plugins` (`~/.local/share/stir/plugins`). Each of
  /// them may be a plugin itself or hold plugins. Relative paths are passed over, so that the
  /// current folder never counts.
  public static func found(
    in environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> [FoundPlugin] {
    let path = (environment["STIR_PLUGIN_PATH"] ?? "").split(separator: ":").map(String.init)
    let home = environment["HOME"].map { $0 + "/.local/share" }
    let data = [environment["XDG_DATA_HOME"], home].compactMap { $0 }
      .first { $0.hasPrefix("/") }.map { $0 + "/stir/plugins" }
    return (path + [data].compactMap { $0 }).filter { $0.hasPrefix("/") }
      .flatMap { plugins(at: URL(fileURLWithPath: $0)) }
  }

  /// `folder` itself, or the plugins in it.
  private static func plugins(at folder: URL) -> [FoundPlugin] {
    if hasManifest(folder) { return [FoundPlugin(folder: folder)] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().map(folder.appendingPathComponent).filter(hasManifest)
      .map(FoundPlugin.init)
  }

  private static func hasManifest(_ folder: URL) -> Bool {
    FileManager.default.fileExists(
      atPath: folder.appendingPathComponent(PluginManifest.fileName).path)
  }
}

/// A library that is loaded when it is first asked for.
private final class LazyLibrary: @unchecked Sendable {
  private let manifest: PluginManifest
  private let folder: URL
  private let lock = NSLock()
  private var library: PluginLibrary?

  init(_ manifest: PluginManifest, folder: URL) {
    (self.manifest, self.folder) = (manifest, folder)
  }

  func get() throws -> PluginLibrary {
    try lock.withLock {
      if let library { return library }
      let loaded = try PluginLibrary(manifest, folder: folder)
      library = loaded
      return loaded
    }
  }
}
