/// The modalities that can be named in a recipe or a model file.
public struct ModalityRegistry: Sendable {
  private typealias Maker = @Sendable (JSONValue) throws -> any DataModality
  private let makers: [String: Maker]

  public init(_ modalities: [any DataModality.Type]) {
    makers = Dictionary(uniqueKeysWithValues: modalities.map { ($0.identifier, maker(for: $0)) })
  }

  /// The identifiers, sorted.
  public var identifiers: [String] { makers.keys.sorted() }

  /// The modality called `identifier`, with `configuration` laid over its defaults.
  /// - Throws: `StirError.Code.configuration` for an unknown name, key or value.
  public func make(_ identifier: String, configuration: JSONValue) throws -> any DataModality {
    guard let make = makers[identifier] else {
      throw StirError(
        .configuration,
        "there is no modality \"\(identifier)\", only \(identifiers.joined(separator: ", "))"
          + suggestion(for: identifier, among: identifiers))
    }
    return try make(configuration)
  }
}

private func maker<M: DataModality>(
  for type: M.Type
) -> @Sendable (JSONValue) throws -> any DataModality {
  { try M(configuration: M.Settings(overriding: $0, at: "data")) }
}
