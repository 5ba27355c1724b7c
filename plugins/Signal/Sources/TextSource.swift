import Inflating
import Modality

/// The bytes of a text file, unfolded if it is a `.gz`, piece by piece.
struct TextSource {
  private let nextBytes: () throws -> [UInt8]
  private var count = 0

  /// Unfolded, in bytes: what stops a small `.gz` that would go on for hours.
  private static let limit = 1 << 33

  init(_ file: InputFile) throws {
    let read = file.reader()
    if file.path.lowercased().hasSuffix(".gz") {
      let inflater = try Inflater(.gzip) { try read(1 << 18) }
      nextBytes = { try inflater.next(upTo: 1 << 18) }
    } else {
      nextBytes = { try read(1 << 18) }
    }
  }

  /// The next bytes; none at the end.
  mutating func next() throws -> [UInt8] {
    let bytes = try nextBytes()
    count += bytes.count
    guard count <= TextSource.limit else {
      throw malformed("unfolds to more than 8 GiB of text; save it as a .npy")
    }
    return bytes
  }

  /// Calls `body` with every record of the table in `file`.
  /// - Throws: `StirError.Code.invalidData` naming the line; what `body` throws.
  static func forEachRecord(in file: InputFile, _ body: (CSVRecord) throws -> Void) throws {
    var source = try TextSource(file)
    var bytes = try source.next()
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    var scanner = CSVScanner(separator: separator(of: bytes, isTabbed: file.path.isTabbed))
    while !bytes.isEmpty {
      try scanner.scan(bytes, body)
      bytes = try source.next()
    }
    try scanner.finish(body)
  }
}

extension String {
  fileprivate var isTabbed: Bool {
    let name = lowercased()
    return name.hasSuffix(".tsv") || name.hasSuffix(".tsv.gz")
  }
}

/// A tab or semicolon if the first line that is no comment has one outside of quotes, else a comma.
private func separator(of bytes: [UInt8], isTabbed: Bool) -> UInt8 {
  let (tab, semicolon) = (UInt8(ascii: "\t"), UInt8(ascii: ";"))
  if isTabbed { return tab }
  let lines = bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D })
  guard let line = lines.first(where: { $0.first != UInt8(ascii: "#") }) else {
    return UInt8(ascii: ",")
  }
  var (found, isQuoted) = (UInt8(ascii: ","), false)
  for byte in line {
    if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
    if isQuoted { continue }
    if byte == semicolon { return semicolon }
    if byte == tab { found = tab }
  }
  return found
}
