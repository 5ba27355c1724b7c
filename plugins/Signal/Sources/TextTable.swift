import Foundation
import Modality

/// The samples of a CSV or TSV, read in one pass into a spool of floats.
struct TextTable {
  private(set) var table: SampleTable
  private(set) var columns: ColumnChoice.Columns?
  private(set) var gaps = GapList(columns: 0)

  private let choice: ColumnChoice
  private let spool: Spool
  /// Of the first line; all others have as many fields.
  private var width = 0
  private var names: [String]?
  private var block: [Float] = []
  /// Lines with nothing in them, in a table of one column: missing values, unless they end the file.
  private var blankLines: [Int] = []

  /// 2²⁸ values, a gibibyte in the spool.
  private static let maximumValues = 1 << 28

  /// - Throws: `StirError.Code.invalidData` naming the line.
  init(_ file: InputFile, choice: ColumnChoice, spool: Spool) throws {
    self.choice = choice
    self.spool = spool
    table = SampleTable(
      place: .spool(spool), offset: spool.size, element: .float32, frames: 0, width: 1,
      isColumnMajor: false)
    do {
      try TextSource.forEachRecord(in: file) { try add($0) }
      try flush()
    } catch {
      spool.rewind(to: table.offset)
      throw error
    }
    guard table.frames > 0 else {
      throw malformed(columns == nil ? "holds no samples" : "holds a heading and no samples")
    }
  }

  private mutating func add(_ record: CSVRecord) throws {
    if record.isBlank {
      if columns != nil, width == 1, table.frames > 0, blankLines.count < 1 << 20 {
        blankLines.append(record.line)
      }
      return
    }
    guard let columns else { return try start(with: record) }
    guard record.count == width else {
      throw malformed(
        "line \(record.line): expected \(counted(width, "field")), found \(record.count)")
    }
    for line in blankLines { try addFrame(Array(repeating: .missing, count: 1), line: line) }
    blankLines.removeAll()
    try addFrame(
      columns.indices.map { index in
        let number = NumberText(record[index])
        guard number != .other else { throw noNumber(record[index], record.line, index) }
        return number
      }, line: record.line)
  }

  /// The first line is a heading if it has words and no numbers.
  private mutating func start(with record: CSVRecord) throws {
    width = record.count
    let kinds = (0..<width).map { NumberText(record[$0]) }
    let hasNumbers = kinds.contains { if case .value = $0 { true } else { false } }
    let isHeading = kinds.contains(.other) && !hasNumbers
    if isHeading { names = (0..<width).map(record.string) }
    let chosen = try names.map { try choice.columns(named: $0, skipsTime: true) }
    columns = try chosen ?? choice.columns(of: width)
    table.width = columns?.indices.count ?? 0
    gaps = GapList(columns: table.width)
    if !isHeading { try add(record) }
  }

  private mutating func addFrame(_ numbers: [NumberText], line: Int) throws {
    for (slot, number) in numbers.enumerated() {
      var value = Float.nan
      if case .value(let found) = number { value = Float(found) }
      if !value.isFinite { try gaps.add(column: slot, sample: table.frames, line: line) }
      block.append(value)
    }
    table.frames += 1
    guard table.frames * table.width <= TextTable.maximumValues else {
      throw malformed("line \(line): has more than 2²⁸ values up to here; save it as a .npy")
    }
    if block.count >= 1 << 16 { try flush() }
  }

  private mutating func flush() throws {
    try block.withUnsafeBytes(spool.append)
    block.removeAll(keepingCapacity: true)
  }

  private func noNumber(_ field: ArraySlice<UInt8>, _ line: Int, _ column: Int) -> StirError {
    let text = String(decoding: field.prefix(40), as: UTF8.self)
    let place = names.map { "the column \"\($0[column])\"" } ?? "column \(column)"
    let isComma = NumberText(ArraySlice(field.map { $0 == 0x2C ? 0x2E : $0 })) != .other
    return malformed(
      "line \(line): \"\(text)\" in \(place) is not a number"
        + (isComma ? "; decimals have a point" : ""))
  }
}
