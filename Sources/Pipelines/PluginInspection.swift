import Foundation
import Modality

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
