import Foundation
import Modality

/// What a field of a table says.
enum NumberText: Hashable {
  case value(Double)
  /// Empty, or one of the words for nothing.
  case missing
  case other

  /// Numbers with a decimal point, in the notation of any programming language.
  init(_ field: ArraySlice<UInt8>) {
    if let value = decimalNumber(field) {
      self = .value(value)
    } else {
      self = field.count <= 4 && isMissing(field) ? .missing : .other
    }
  }
}

private func isMissing(_ field: ArraySlice<UInt8>) -> Bool {
  let word = String(decoding: field, as: UTF8.self).lowercased()
  return ["", "nan", "na", "n/a", "null", "-", "?"].contains(word)
}

private func decimalNumber(_ field: ArraySlice<UInt8>) -> Double? {
  guard (1...64).contains(field.count) else { return nil }
  var digits = 0
  for byte in field {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
    // strtod knows more: hexadecimal, infinity. These are its decimal characters.
    case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "e"),
      UInt8(ascii: "E"):
      continue
    default: return nil
    }
  }
  guard digits > 0 else { return nil }
  return withUnsafeTemporaryAllocation(of: CChar.self, capacity: field.count + 1) { text in
    for (index, byte) in field.enumerated() { text[index] = CChar(bitPattern: byte) }
    text[field.count] = 0
    guard let start = text.baseAddress else { return nil }
    var end: UnsafeMutablePointer<CChar>?
    let value = strtod(start, &end)
    return end == start + field.count ? value : nil
  }
}
