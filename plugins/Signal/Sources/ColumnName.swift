import Modality

/// A column as a recipe names it: by its heading, or by its number from 0.
public enum ColumnName: Codable, Hashable, Sendable, CustomStringConvertible {
  case name(String)
  case number(Int)

  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let number = try? value.decode(Int.self) {
      self = .number(number)
    } else if let name = try? value.decode(String.self) {
      self = .name(name)
    } else {
      let path = decoder.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
      throw StirError(
        .configuration,
        "\(path.joined(separator: ".")): expected a column's name, or its number from 0")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .name(let name): try container.encode(name)
    case .number(let number): try container.encode(number)
    }
  }

  public var description: String {
    switch self {
    case .name(let name): name
    case .number(let number): "\(number)"
    }
  }

  /// Nil for a name.
  var number: Int? {
    if case .number(let number) = self { number } else { nil }
  }

  /// Whether a file can have such a column.
  var isUsable: Bool {
    switch self {
    case .name(let name): !name.isEmpty
    case .number(let number): (0..<65_536).contains(number)
    }
  }
}

extension ColumnName: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  public init(stringLiteral name: String) { self = .name(name) }
  public init(integerLiteral number: Int) { self = .number(number) }
}
