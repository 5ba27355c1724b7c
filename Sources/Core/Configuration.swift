/// A `Codable` value with a default for every key, read strictly from recipes and model files.
///
/// Law: a default value encodes every key that the type admits (no optional that is left out), for
/// the admitted keys are read off the default's own encoding.
public protocol Configuration: Codable, Hashable, Sendable {
  init()
}

extension Configuration {
  /// The defaults with `overrides` laid over them.
  ///
  /// - Parameters:
  ///   - overrides: an object that may leave out any key, at any depth.
  ///   - path: where the object stands (`audio`, `network`), for messages.
  /// - Throws: `StirError.Code.configuration` naming an unknown key and the nearest known one, or
  ///   a value of the wrong type.
  public init(overriding overrides: JSONValue, at path: String = "") throws {
    let defaults = try JSONValue(encoding: Self())
    let merged = try defaults.overlaid(with: overrides, at: path)
    do {
      self = try merged.decoded()
    } catch let error as DecodingError {
      if case .dataCorrupted = error {
        // A number that its type cannot hold: Foundation does not tell which, so each is tried alone.
        for change in overrides.leaves {
          let alone = try defaults.overlaid(with: change.alone, at: path)
          if (try? alone.decoded(as: Self.self)) != nil { continue }
          let place = ([path] + change.path).filter { !$0.isEmpty }.joined(separator: ".")
          let value = (try? change.value.text()) ?? "this value"
          throw StirError(.configuration, "\(place): \(value) is not a number that fits here")
        }
      }
      throw StirError(.configuration, describe(error, under: path))
    } catch let error as StirError {
      // A choice's message begins with its path inside this object.
      throw path.isEmpty ? error : StirError(error.code, "\(path).\(error.message)")
    }
  }
}

extension JSONValue {
  /// This tree with the members of `overrides` in place of its own; a key it lacks is an error.
  ///
  /// An empty object stands for a free-form table (a plugin's own configuration): any key fits.
  public func overlaid(with overrides: JSONValue, at path: String = "") throws -> JSONValue {
    guard case .object(var members) = self, !members.isEmpty else { return overrides }
    guard case .object(let changes) = overrides else {
      if case .null = overrides { return self }
      throw StirError(
        .configuration, "\(path.isEmpty ? "the recipe" : path): expected keys and values")
    }
    for (key, value) in changes.sorted(by: { $0.key < $1.key }) {
      let place = path.isEmpty ? key : "\(path).\(key)"
      guard let current = members[key] else {
        throw StirError(
          .configuration, "unknown key \(place)\(suggestion(for: key, among: members.keys))")
      }
      members[key] = try current.overlaid(with: value, at: place)
    }
    return .object(members)
  }

  /// Sets the value at a dotted path (`training.batch_size`), making objects on the way.
  public mutating func set(_ value: JSONValue, at path: [Substring]) {
    guard let key = path.first else {
      self = value
      return
    }
    var members: [String: JSONValue] = [:]
    if case .object(let present) = self { members = present }
    var child = members[String(key)] ?? .object([:])
    child.set(value, at: Array(path.dropFirst()))
    members[String(key)] = child
    self = .object(members)
  }
}

extension JSONValue {
  /// The values inside objects, each with its path, and with an object that holds nothing else.
  fileprivate var leaves: [(path: [String], value: JSONValue, alone: JSONValue)] {
    guard case .object(let members) = self else { return [([], self, self)] }
    return members.sorted { $0.key < $1.key }.flatMap { key, value in
      value.leaves.map { ([key] + $0.path, $0.value, .object([key: $0.alone])) }
    }
  }
}

/// The keys of a coding path as a person writes them; positions in a list are numbers.
func names(of codingPath: [any CodingKey]) -> [String] {
  codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
}

private func describe(_ error: DecodingError, under path: String) -> String {
  let (context, expected): (DecodingError.Context, String) =
    switch error {
    case .typeMismatch(let type, let context): (context, "expected \(plainName(of: type))")
    case .valueNotFound(let type, let context): (context, "expected \(plainName(of: type))")
    case .keyNotFound(let key, let context): (context, "the key \(key.stringValue) is missing")
    case .dataCorrupted(let context): (context, context.debugDescription)
    @unknown default: (.init(codingPath: [], debugDescription: ""), "\(error)")
    }
  let place = ([path] + names(of: context.codingPath)).filter { !$0.isEmpty }.joined(separator: ".")
  return place.isEmpty ? expected : "\(place): \(expected)"
}

private func plainName(of type: any Any.Type) -> String {
  switch type {
  case is Int.Type, is UInt64.Type: "a whole number"
  case is Double.Type, is Float.Type: "a number"
  case is String.Type: "a text"
  case is Bool.Type: "true or false"
  case is [String: Any].Type, is any DictionaryType.Type: "keys and values"
  case is any Collection.Type: "a list"
  default: "\(type)"
  }
}

private protocol DictionaryType {}
extension Dictionary: DictionaryType {}
