import Modality

/// How a number is stored: the kinds of NumPy that can be signals.
struct ElementType: Hashable, Sendable {
  enum Kind: Hashable, Sendable { case signed, unsigned, float, bool }

  var kind: Kind
  /// In bytes: 1, 2, 4 or 8.
  var size: Int
  var isBigEndian: Bool

  static let int16 = ElementType(kind: .signed, size: 2, isBigEndian: false)
  static let float32 = ElementType(kind: .float, size: 4, isBigEndian: false)

  var isFloat: Bool { kind == .float }

  /// The elements of `bytes` at `first`, `first + stride`, … as floats; integers too large for
  /// that are rounded.
  func decode(
    _ bytes: UnsafeRawBufferPointer, first: Int, stride: Int,
    into values: inout ArraySlice<Float>
  ) {
    // Each case is a loop of its own: this is where reading spends its time.
    switch (kind, size) {
    case (.float, 4):
      fill(&values, bytes, first, stride, UInt32.self) { Float(bitPattern: $0) }
    case (.float, 8):
      fill(&values, bytes, first, stride, UInt64.self) { Float(Double(bitPattern: $0)) }
    case (.float, _): fill(&values, bytes, first, stride, UInt16.self, float(fromHalf:))
    case (.bool, _): fill(&values, bytes, first, stride, UInt8.self) { $0 == 0 ? 0 : 1 }
    case (.unsigned, 1): fill(&values, bytes, first, stride, UInt8.self) { Float($0) }
    case (.unsigned, 2): fill(&values, bytes, first, stride, UInt16.self) { Float($0) }
    case (.unsigned, 4): fill(&values, bytes, first, stride, UInt32.self) { Float($0) }
    case (.unsigned, _): fill(&values, bytes, first, stride, UInt64.self) { Float($0) }
    case (.signed, 1): fill(&values, bytes, first, stride, Int8.self) { Float($0) }
    case (.signed, 2): fill(&values, bytes, first, stride, Int16.self) { Float($0) }
    case (.signed, 4): fill(&values, bytes, first, stride, Int32.self) { Float($0) }
    case (.signed, _): fill(&values, bytes, first, stride, Int64.self) { Float($0) }
    }
  }

  private func fill<Word: FixedWidthInteger>(
    _ values: inout ArraySlice<Float>, _ bytes: UnsafeRawBufferPointer, _ first: Int,
    _ stride: Int, _: Word.Type, _ convert: (Word) -> Float
  ) {
    var offset = first * size
    for index in values.indices {
      let word = bytes.loadUnaligned(fromByteOffset: offset, as: Word.self)
      values[index] = convert(isBigEndian ? word.bigEndian : word.littleEndian)
      offset += stride * size
    }
  }
}

/// IEEE 754 binary16.
func float(fromHalf bits: UInt16) -> Float {
  let sign = UInt32(bits & 0x8000) << 16
  let (exponent, fraction) = (UInt32(bits >> 10 & 0x1F), UInt32(bits & 0x3FF))
  switch exponent {
  case 0: return (sign == 0 ? 1 : -1) * Float(fraction) * 0x1p-24
  case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
  default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
  }
}
