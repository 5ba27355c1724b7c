/// The kinds of data that can be named in a recipe or a model file.
public struct ModalityRegistry: Sendable {
  /// Sorted by identifier.
  public let kinds: [ModalityKind]

  /// - Parameter kinds: of two with one identifier the first counts.
  public init(_ kinds: [ModalityKind]) {
    self.kinds = Dictionary(kinds.map { ($0.identifier, $0) }) { first, _ in first }.values
      .sorted { $0.identifier < $1.identifier }
  }

  /// The identifiers, sorted.
  public var identifiers: [String] { kinds.map(\.identifier) }

  /// The kind called `identifier`.
  /// - Throws: `StirError.Code.configuration` for an unknown name.
  public func kind(_ identifier: String) throws -> ModalityKind {
    guard let kind = kinds.first(where: { $0.identifier == identifier }) else {
      throw StirError(
        .configuration,
        "there is no modality \"\(identifier)\", only \(identifiers.joined(separator: ", "))"
          + (suggestion(for: identifier, among: identifiers).nonEmpty
            ?? "; --plugin FOLDER names a plugin, and stir plugins list says which cannot be used"))
    }
    return kind
  }

  /// The modality called `identifier`, with `configuration` laid over its defaults.
  /// - Throws: `StirError.Code.configuration` for an unknown name, key or value.
  public func make(_ identifier: String, configuration: JSONValue) throws -> any DataModality {
    try kind(identifier).make(configuration)
  }
}

extension String {
  fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
