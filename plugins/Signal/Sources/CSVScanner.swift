import Modality

/// A line of a table: its fields, without quotes.
struct CSVRecord {
  /// The line of the text that it begins in, from 1.
  var line = 1
  fileprivate(set) var text: [UInt8] = []
  /// Where each field ends in `text`.
  fileprivate(set) var ends: [Int] = []

  var count: Int { ends.count }

  /// A line with nothing in it, or the empty field of a table of one column.
  var isBlank: Bool { ends.count == 1 && ends[0] == 0 }

  /// A field without the spaces around it.
  subscript(index: Int) -> ArraySlice<UInt8> {
    var field = text[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    while let first = field.first, first == 0x20 || first == 0x09 { field.removeFirst() }
    while let last = field.last, last == 0x20 || last == 0x09 { field.removeLast() }
    return field
  }

  func string(_ index: Int) -> String { String(decoding: self[index], as: UTF8.self) }
}

/// Divides a text into records and fields while it is read, piece by piece.
///
/// Reference: RFC 4180, with any separator, lines that end in LF, CR or both, and comments, which
/// are lines that begin with `#`.
struct CSVScanner {
  private enum State { case recordStart, fieldStart, plain, quoted, quoteInQuoted, comment }

  private let separator: UInt8
  private var state = State.recordStart
  private var record = CSVRecord()
  private var line = 1
  private var lastWasReturn = false

  init(separator: UInt8) { self.separator = separator }

  /// Calls `body` with every record that ends in `bytes`.
  /// - Throws: `StirError.Code.invalidData` naming the line; what `body` throws.
  mutating func scan(_ bytes: [UInt8], _ body: (CSVRecord) throws -> Void) throws {
    for byte in bytes {
      if byte == 0x0A, lastWasReturn {
        // The second half of a line's end.
        lastWasReturn = false
        if state == .quoted { try append(byte) }
        continue
      }
      lastWasReturn = byte == 0x0D
      let endsLine = byte == 0x0A || byte == 0x0D
      switch state {
      case .quoted:
        if byte == quote { state = .quoteInQuoted } else { try append(byte) }
      case .comment:
        if endsLine { startRecord() }
      case .quoteInQuoted where byte == quote:
        try append(byte)
        state = .quoted
      case _ where endsLine:
        try finishRecord(body)
      case .recordStart where byte == UInt8(ascii: "#"):
        state = .comment
      case _ where byte == separator:
        try endField()
        state = .fieldStart
      case .recordStart where byte == quote, .fieldStart where byte == quote:
        state = .quoted
      case .quoteInQuoted:
        guard byte == 0x20 else {
          throw malformed("line \(line): a quoted field goes on after its closing quote")
        }
      default:
        try append(byte)
        state = .plain
      }
      if endsLine { line += 1 }
      if state == .recordStart { record.line = line }
    }
  }

  /// Ends the last record, which need not have a line's end.
  mutating func finish(_ body: (CSVRecord) throws -> Void) throws {
    switch state {
    case .recordStart, .comment: break
    case .quoted:
      throw malformed("line \(record.line): a quoted field is not closed; the file is cut short")
    default: try finishRecord(body)
    }
  }

  private mutating func append(_ byte: UInt8) throws {
    guard byte >= 0x09 else {
      throw malformed("line \(line): is no text, for it holds the byte \(byte)")
    }
    guard record.text.count < 1 << 20 else {
      throw malformed("line \(record.line): is longer than 1 MiB, which no table's line is")
    }
    record.text.append(byte)
  }

  private mutating func endField() throws {
    guard record.ends.count < 65_536 else {
      throw malformed("line \(record.line): has more than 65536 fields")
    }
    record.ends.append(record.text.count)
  }

  private mutating func finishRecord(_ body: (CSVRecord) throws -> Void) throws {
    try endField()
    try body(record)
    startRecord()
  }

  private mutating func startRecord() {
    record.text.removeAll(keepingCapacity: true)
    record.ends.removeAll(keepingCapacity: true)
    state = .recordStart
  }
}

private let quote = UInt8(ascii: "\"")
