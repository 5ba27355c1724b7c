import Modality

/// Reads the Python dictionary that a NumPy header is.
struct NumPyFields {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// - Throws: `StirError.Code.invalidData` unless it has exactly `descr`, `fortran_order` and
  ///   `shape`.
  mutating func parse() throws -> (descr: String, isFortranOrder: Bool, shape: [Int]) {
    var (descr, order, shape): (String?, Bool?, [Int]?)
    try expect("{")
    while !accept("}") {
      let key = try text()
      try expect(":")
      switch key {
      case "descr" where peek == UInt8(ascii: "["):
        throw malformed("holds records of several fields; save each field as an array of its own")
      case "descr": descr = try text()
      case "fortran_order": order = try truth()
      case "shape": shape = try extents()
      default: throw malformed("has a NumPy header with the unknown key \"\(key.prefix(40))\"")
      }
      if !accept(",") {
        try expect("}")
        break
      }
    }
    guard let descr, let order, let shape else {
      throw malformed("has a NumPy header that lacks descr, fortran_order or shape")
    }
    return (descr, order, shape)
  }

  private var peek: UInt8? {
    mutating get {
      rest = rest.drop { $0 == 0x20 || $0 == 0x0A }
      return rest.first
    }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    guard accept(character) else {
      throw malformed("has a malformed NumPy header: expected \(character)")
    }
  }

  private mutating func text() throws -> String {
    guard let quote = peek, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""),
      let end = rest.dropFirst().firstIndex(of: quote)
    else { throw malformed("has a malformed NumPy header: expected a text in quotes") }
    defer { rest = rest[(end + 1)...] }
    return String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
  }

  private mutating func truth() throws -> Bool {
    for (word, value) in [("True", true), ("False", false)] {
      _ = peek
      guard rest.starts(with: word.utf8) else { continue }
      rest = rest.dropFirst(word.utf8.count)
      return value
    }
    throw malformed("has a malformed NumPy header: fortran_order is neither True nor False")
  }

  private mutating func extents() throws -> [Int] {
    var shape: [Int] = []
    try expect("(")
    while !accept(")") {
      _ = peek
      let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      guard let extent = Int(String(decoding: digits, as: UTF8.self)), shape.count < 32 else {
        throw malformed("has a malformed NumPy header: its shape is no list of whole numbers")
      }
      rest = rest[digits.endIndex...]
      shape.append(extent)
      if !accept(",") {
        try expect(")")
        break
      }
    }
    return shape
  }
}
