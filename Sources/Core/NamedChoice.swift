/// A closed set of names in a configuration, such as `epsilon`, `sample`, `v_prediction`.
///
/// Decoding an unknown name fails with the admitted ones and the nearest.
public protocol NamedChoice: RawRepresentable<String>, CaseIterable, Codable, Hashable, Sendable {}

extension NamedChoice {
  /// The choice called `name`.
  /// - Throws: `StirError.Code.configuration` with the admitted names.
  public init(named name: String) throws {
    guard let choice = Self(rawValue: name) else {
      let names = Self.allCases.map(\.rawValue)
      throw StirError(
        .configuration,
        "\"\(name)\" is not one of \(names.joined(separator: ", "))"
          + suggestion(for: name, among: names))
    }
    self = choice
  }

  public init(from decoder: any Decoder) throws {
    let name = try decoder.singleValueContainer().decode(String.self)
    do {
      try self.init(named: name)
    } catch let error as StirError {
      let path = names(of: decoder.codingPath)
      throw path.isEmpty ? error : error.located(path.joined(separator: "."))
    }
  }
}

/// `"; did you mean \(nearest)?"` if a candidate is near `name`, else an empty text.
public func suggestion(for name: String, among candidates: some Sequence<String>) -> String {
  let ranked = candidates.map { ($0, editDistance(name, $0)) }.min { ($0.1, $0.0) < ($1.1, $1.0) }
  guard let (nearest, distance) = ranked, distance <= max(2, name.count / 2) else { return "" }
  return "; did you mean \(nearest)?"
}

/// Insertions, deletions and substitutions that turn `a` into `b` (Levenshtein 1966).
func editDistance(_ a: String, _ b: String) -> Int {
  let b = Array(b)
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let substituted = diagonal + (x == y ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
