import Modality

/// A stretch of a column that has no values.
struct Gap: Hashable, Sendable {
  /// In samples.
  var start, count: Int
  /// Of a text; 0 in other files.
  var firstLine = 0
  var lastLine = 0

  var end: Int { start + count }

  /// Where it is, for a person: `line 120`, `samples 7 to 9`.
  var place: String {
    let (noun, first, last) =
      firstLine > 0 ? ("line", firstLine, lastLine) : ("sample", start, end - 1)
    return first == last ? "\(noun) \(first)" : "\(noun)s \(first) to \(last)"
  }
}

/// The gaps of each column that is read, in the order of time.
struct GapList: Hashable, Sendable {
  private(set) var columns: [[Gap]]
  private var total = 0

  init(columns: Int) { self.columns = Array(repeating: [], count: columns) }

  /// - Throws: `StirError.Code.invalidData` when there are too many to remember.
  mutating func add(column: Int, sample: Int, line: Int = 0) throws {
    if let last = columns[column].last, last.end == sample {
      columns[column][columns[column].count - 1].count += 1
      columns[column][columns[column].count - 1].lastLine = line
      return
    }
    guard total < 100_000 else { throw malformed("has more than 100000 gaps") }
    total += 1
    columns[column].append(Gap(start: sample, count: 1, firstLine: line, lastLine: line))
  }

  /// Looks for values that are not finite in all of `table`.
  static func found(
    in table: SampleTable, columns: [Int], file: InputFile
  ) throws -> GapList {
    var gaps = GapList(columns: columns.count)
    guard table.mayHaveGaps else { return gaps }
    let block = max(1, (1 << 18) / columns.count)
    for start in stride(from: 0, to: table.frames, by: block) {
      let count = min(block, table.frames - start)
      let values = try table.values(of: columns, in: start..<(start + count), file: file)
      // The sum is finite where every value is, which is quick to see; a rare overflow costs a look.
      guard !values.reduce(0, +).isFinite else { continue }
      for (index, value) in values.enumerated() where !value.isFinite {
        try gaps.add(column: index / count, sample: start + index % count)
      }
    }
    return gaps
  }

  /// Those that are bridged: short enough, and with a value on either side.
  func bridged(_ configuration: SignalConfiguration, frames: Int) -> [[Gap]] {
    columns.map { $0.filter { isBridged($0, configuration, frames) } }
  }

  /// Those that windows have to avoid, whatever column they are in, in the order of time.
  func open(_ configuration: SignalConfiguration, frames: Int) -> [(column: Int, gap: Gap)] {
    columns.enumerated().flatMap { column, gaps in
      gaps.filter { !isBridged($0, configuration, frames) }.map { (column, $0) }
    }.sorted { ($0.gap.start, $0.column) < ($1.gap.start, $1.column) }
  }

  private func isBridged(_ gap: Gap, _ configuration: SignalConfiguration, _ frames: Int) -> Bool {
    configuration.gaps == .interpolate && gap.count <= configuration.maxGap && gap.start > 0
      && gap.end < frames
  }
}
