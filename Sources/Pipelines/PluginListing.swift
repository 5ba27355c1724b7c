import Foundation
import Modality
import PluginKit

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
