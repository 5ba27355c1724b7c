import Modality

/// Which columns of a file are an item's channels and conditions.
struct ColumnChoice: Sendable {
  /// The columns that are read: channels, then condition columns, then the column of events if the
  /// file has one of its own.
  struct Columns: Hashable, Sendable {
    var indices: [Int]
    var hasEvents: Bool
  }

  /// The headings under which channels and condition columns are written. A number becomes
  /// `column 3`, which a file that is written is then read by.
  let headings: [String]
  /// The column that each of them has in an array that is written. Numbers keep their order.
  let arrangement: [Int]
  private let configuration: SignalConfiguration

  init(_ configuration: SignalConfiguration) {
    self.configuration = configuration
    let channels = configuration.channelCount
    let implicit = channels == 1 ? ["value"] : (0..<channels).map { "channel \($0)" }
    headings =
      (configuration.columns.isEmpty ? implicit : configuration.columns.map(heading))
      + configuration.conditionColumns.map(heading)
    arrangement = writtenOrder(configuration)
  }

  /// The columns of a file with `names`.
  ///
  /// - Parameter skipsTime: whether a first column of times or row numbers is no channel.
  /// - Throws: `StirError.Code.invalidData` for a column that is not there or that two have.
  func columns(named names: [String], skipsTime: Bool) throws -> Columns {
    let conditions = try configuration.conditionColumns.map { try find($0, among: names) }
    let events = configuration.events.isEmpty ? nil : names.firstIndex(of: configuration.events)
    var channels = try configuration.columns.map { try find($0, among: names) }
    if channels.isEmpty {
      channels = names.indices.filter { index in
        let isTime = index == 0 && skipsTime && names.count > 1 && isTimeHeading(names[0])
        return !isTime && index != events && !conditions.contains(index)
      }
      guard channels.count == configuration.channelCount else {
        let found = channels.prefix(12).map { "\"\(names[$0])\"" }.joined(separator: ", ")
        throw malformed(
          "has \(counted(channels.count, "data column"))\(found.isEmpty ? "" : " (\(found))"), "
            + "expected \(configuration.channelCount); choose with columns, or set channels")
      }
    }
    return Columns(
      indices: channels + conditions + (events.map { [$0] } ?? []), hasEvents: events != nil)
  }

  /// The columns of a file with `width` columns without names.
  func columns(of width: Int) throws -> Columns {
    let count = headings.count
    if width == count || (width == count + 1 && !configuration.events.isEmpty) {
      return Columns(
        indices: arrangement + (width > count ? [count] : []), hasEvents: width > count)
    }
    let numbers = (configuration.columns + configuration.conditionColumns).map(\.number)
    guard !configuration.columns.isEmpty else {
      throw malformed(
        "has \(counted(width, "column")), expected \(count); choose with columns, or set channels")
    }
    let indices = try zip(numbers, headings).map { number, heading in
      guard let number else {
        throw malformed("has \(counted(width, "column")) without names, and so no \"\(heading)\"")
      }
      guard number < width else {
        throw malformed("has no column \(number), only \(width), counted from 0")
      }
      return number
    }
    return Columns(indices: indices, hasEvents: false)
  }

  private func find(_ column: ColumnName, among names: [String]) throws -> Int {
    let matches = names.indices.filter { names[$0] == heading(column) }
    if matches.count == 1 { return matches[0] }
    guard matches.isEmpty else {
      throw malformed("has \(matches.count) columns \"\(column)\"; choose one by its number")
    }
    if let number = column.number {
      guard number < names.count else {
        throw malformed("has no column \(number), only \(names.count), counted from 0")
      }
      return number
    }
    let shown = names.prefix(12).map { "\"\($0)\"" }.joined(separator: ", ")
    throw malformed(
      "has no column \"\(column)\", only \(shown)"
        + suggestion(for: column.description, among: names))
  }
}

private func heading(_ column: ColumnName) -> String {
  switch column {
  case .name(let name): name
  case .number(let number): "column \(number)"
  }
}

private func writtenOrder(_ configuration: SignalConfiguration) -> [Int] {
  let count = configuration.valueCount
  let conditions = configuration.conditionColumns.compactMap(\.number)
  guard conditions.count == configuration.conditionColumns.count else { return Array(0..<count) }
  if configuration.columns.isEmpty {
    guard conditions.allSatisfy({ $0 < count }) else { return Array(0..<count) }
    return (0..<count).filter { !conditions.contains($0) } + conditions
  }
  let numbers = configuration.columns.compactMap(\.number) + conditions
  guard numbers.count == count else { return Array(0..<count) }
  let sorted = numbers.sorted()
  return numbers.map { number in sorted.firstIndex(of: number) ?? 0 }
}

/// Whether a first column under this heading counts time rather than holds data.
private func isTimeHeading(_ heading: String) -> Bool {
  let word = heading.lowercased().prefix { $0.isLetter }
  let rest = heading.dropFirst(word.count).drop { $0 == " " }
  guard rest.isEmpty || rest.hasPrefix("(") || rest.hasPrefix("[") || rest.hasPrefix("_")
  else { return false }
  return [
    "", "time", "t", "seconds", "sec", "s", "index", "sample", "timestamp", "date", "datetime",
  ]
  .contains(word)
}
