import Modality

/// The header of a `.npy`: what its bytes mean.
///
/// Reference: numpy.lib.format, versions 1.0, 2.0 and 3.0.
struct NumPyHeader: Hashable, Sendable {
  var element: ElementType
  var isFortranOrder: Bool
  var shape: [Int]
  /// The bytes before the first element.
  var size: Int

  /// The bytes that a header may have; NumPy's own reader stops at 10 000 characters.
  static let maximumSize = 1 << 16

  /// - Parameter bytes: the start of the file: ``maximumSize`` bytes, or all that it has.
  /// - Throws: `StirError.Code.invalidData`.
  init(_ bytes: [UInt8]) throws {
    guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw malformed("is no NumPy array: it does not begin with \\x93NUMPY")
    }
    guard bytes.count >= 12 else { throw malformed("is cut short within its header") }
    let version = bytes[6]
    guard (1...3).contains(version) else {
      throw malformed("is a NumPy array of version \(version); 1, 2 and 3 are read")
    }
    let start = version == 1 ? 10 : 12
    let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    size = start + length
    guard size <= NumPyHeader.maximumSize else {
      throw malformed("has a header of \(length) bytes, more than any array's")
    }
    guard size <= bytes.count else { throw malformed("is cut short within its header") }
    var fields = NumPyFields(bytes[start..<size])
    let found = try fields.parse()
    (element, isFortranOrder, shape) = (
      try elementType(found.descr), found.isFortranOrder, found.shape
    )
  }

  /// Of one element times all extents.
  /// - Throws: `StirError.Code.invalidData` if no file can be as long.
  func dataSize() throws -> Int {
    var bytes = element.size
    for extent in shape {
      guard let more = product(bytes, extent) else {
        throw malformed("claims to hold \(shape.map(String.init).joined(separator: " × ")) numbers")
      }
      bytes = more
    }
    return bytes
  }

  /// The array as a table: an array of one axis is one column.
  ///
  /// - Parameters:
  ///   - start: where the header begins.
  ///   - available: the bytes that there are from there on.
  /// - Throws: `StirError.Code.invalidData` for an array that is not of one or two axes or that is
  ///   cut short.
  func table(at start: Int, available: Int, order: SignalConfiguration.ArrayOrder, factor: Double)
    throws -> SampleTable
  {
    guard (1...2).contains(shape.count) else {
      throw malformed(
        "has \(shape.count) axes; expected one, time, or two, time "
          + "and channels as array_order says")
    }
    let bytes = try dataSize()
    guard bytes <= available - size else {
      throw malformed(
        "is cut short: its header promises \(counted(bytes, "byte")) of numbers, "
          + "\(max(0, available - size)) are there")
    }
    let isTimeFirst = shape.count == 1 || order == .timeChannels
    let (frames, width) = (
      isTimeFirst ? shape[0] : shape[1], shape.count == 1 ? 1 : shape[isTimeFirst ? 1 : 0]
    )
    guard width <= 65_536 else {
      throw malformed(
        "has \(width) channels of \(counted(frames, "sample")), more than 65536; "
          + "array_order says which axis is time")
    }
    return SampleTable(
      offset: start + size, element: element, frames: frames, width: width,
      isColumnMajor: width == 1 || isTimeFirst == isFortranOrder,
      calibration: element.isFloat || factor == 1
        ? nil
        : SampleTable.Calibration(
          factors: Array(repeating: factor, count: width),
          baselines: Array(repeating: 0, count: width)))
  }
}

/// What `descr` means, such as `<f4`.
private func elementType(_ descr: String) throws -> ElementType {
  let order = descr.first ?? " "
  let code = "<>|=".contains(order) ? descr.dropFirst() : descr[...]
  let size = Int(code.dropFirst()) ?? 0
  let kind: ElementType.Kind
  switch (code.first, size) {
  case ("f", 2), ("f", 4), ("f", 8): kind = .float
  case ("i", 1), ("i", 2), ("i", 4), ("i", 8): kind = .signed
  case ("u", 1), ("u", 2), ("u", 4), ("u", 8): kind = .unsigned
  case ("b", 1): kind = .bool
  case ("O", _):
    throw malformed("holds Python objects (a pickle), which are never read; save plain numbers")
  default:
    throw malformed(
      "holds elements of the type \"\(descr.prefix(40))\"; whole numbers, bool and float16, "
        + "float32, float64 are read")
  }
  return ElementType(kind: kind, size: size, isBigEndian: order == ">")
}

func malformed(_ message: String) -> StirError { StirError(.invalidData, message) }
