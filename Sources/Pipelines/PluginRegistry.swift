import Foundation
import Modality
import PluginKit
import Training

extension ModalityRegistry {
  /// The kinds that come with stir, the plugins in `folders`, and those on the search path.
  ///
  /// No library is loaded before one of its modalities is made. A plugin on the search path that
  /// cannot be used, or whose name is taken, is passed over; `stir plugins list` says why.
  ///
  /// - Parameter folders: each with a plugin's `plugin.json`.
  /// - Throws: `StirError` for a folder that holds no plugin of this version, or one whose name is
  ///   that of a kind that comes with stir or of another folder's plugin.
  public static func withPlugins(in folders: [URL]) throws -> ModalityRegistry {
    let named = try folders.map { folder in
      let kind = try FoundPlugin(folder: folder).kind()
      guard !builtIn.identifiers.contains(kind.identifier) else {
        throw StirError(
          .configuration,
          "\(folder.path): its identifier \(kind.identifier) is that of a kind of data that comes "
            + "with stir")
      }
      return kind
    }
    for (number, kind) in named.enumerated() {
      if let other = named[..<number].first(where: { $0.identifier == kind.identifier }) {
        throw StirError(
          .configuration, "\(other.origin) and \(kind.origin) are both called \(kind.identifier)")
      }
    }
    let found = PluginSearch.found().compactMap { try? $0.kind() }
    return ModalityRegistry(named + builtIn.kinds + found)
  }
}

extension ModalityRegistry {
  /// The modality that a run or a model is of.
  /// - Throws: `StirError.Code.configuration` for one that is not here, `.wrongVersion` for one that
  ///   encodes data in another way than the model was trained with.
  public func modality(of configuration: RunConfiguration) throws -> any DataModality {
    let modality = try make(configuration.modality, configuration: configuration.data)
    let trained = configuration.modalityVersion
    guard trained.isEmpty || trained == modality.version else {
      throw StirError(
        .wrongVersion,
        "the model was trained with version \(trained) of \(modality.identifier), here is version "
          + "\(modality.version), which turns files into other arrays; use that version, or train "
          + "again")
    }
    return modality
  }
}

/// What `stir plugins list` shows.
public struct PluginListing: Codable, Sendable {
  public struct Entry: Codable, Sendable {
    public var identifier: String
    public var version: String
    public var origin: String
    public var summary: String
    /// Why it cannot be used; nil if nothing is known against it.
    public var problem: String?
  }

  public var entries: [Entry]

  /// The built-in kinds, the plugins in `folders` and those on the search path, read from their
  /// manifests; nothing is loaded.
  public init(folders: [URL]) {
    var entries = ModalityRegistry.builtIn.kinds.map { Entry($0, problem: nil) }
    var taken = Set(entries.map(\.identifier))
    for plugin in folders.map(FoundPlugin.init) + PluginSearch.found() {
      switch Result(catching: { try plugin.kind() }) {
      case .success(let kind):
        let isNew = taken.insert(kind.identifier).inserted
        entries.append(
          Entry(kind, problem: isNew ? nil : "the name \(kind.identifier) is taken by another"))
      case .failure(let error):
        entries.append(
          Entry(
            identifier: plugin.folder.lastPathComponent, version: "?", origin: plugin.folder.path,
            summary: "", problem: "\(error)"))
      }
    }
    self.entries = entries
  }

  /// The list for people.
  public var text: String {
    let width = entries.map(\.identifier.count).max() ?? 0
    return entries.map { entry in
      let name = entry.identifier.padding(toLength: width + 2, withPad: " ", startingAt: 0)
      let indent = String(repeating: " ", count: width + 2)
      return "\(name)\(entry.problem.map { "unusable: \($0)" } ?? entry.summary)\n"
        + "\(indent)version \(entry.version), \(entry.origin)"
    }.joined(separator: "\n")
  }
}

extension PluginListing.Entry {
  fileprivate init(_ kind: ModalityKind, problem: String?) {
    self.init(
      identifier: kind.identifier, version: kind.version, origin: kind.origin,
      summary: kind.summary, problem: problem)
  }
}

/// What `stir plugins inspect` shows.
public struct PluginInspection: Codable, Sendable {
  public var identifier: String
  public var version: String
  public var origin: String
  public var summary: String
  public var settings: [ModalityKind.Setting]
  public var layout: Layout
  public var conditions: [Condition]
  public var fileExtension: String
  public var tolerance: Float

  enum CodingKeys: String, CodingKey {
    case identifier, version, origin, summary, settings, layout, conditions, tolerance
    case fileExtension = "file_extension"
  }

  /// Loads the kind and makes a modality of it.
  public init(_ kind: ModalityKind, configuration: JSONValue) throws {
    let modality = try kind.make(configuration)
    identifier = kind.identifier
    version = kind.version
    origin = kind.origin
    summary = kind.summary
    settings = try kind.settings()
    layout = modality.layout
    conditions = modality.conditions
    fileExtension = modality.fileExtension
    tolerance = modality.tolerance
  }

  /// The report for people.
  public var text: String {
    let axes = zip(zip(layout.extents, layout.multiples), layout.limits).map { axis, limit in
      axis.1 == limit ? "\(axis.0)" : "\(axis.0) (multiples of \(axis.1) up to \(limit))"
    }
    let beside = conditions.map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
    let width = settings.map(\.key.count).max() ?? 0
    let keys = settings.map { setting in
      let value = (try? setting.value.text()) ?? "?"
      return "  \(setting.key.padding(toLength: width + 2, withPad: " ", startingAt: 0))"
        + "\(setting.help) [\(value)]"
    }
    return """
      \(identifier) \(version): \(summary)
      from          \(origin)
      item          \(layout.channels) × \(axes.joined(separator: " × "))
      conditions    \(beside.isEmpty ? "none" : beside)
      writes        .\(fileExtension), read again within \(tolerance)
      settings      [default]
      \(keys.joined(separator: "\n"))
      """
  }
}
