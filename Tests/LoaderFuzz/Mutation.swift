import Core
import Foundation

/// One way in which a file comes to harm, drawn from `random`: what disks, transfers and people do.
func mutated(_ whole: Data, isText: Bool, using random: inout SplitMix64) -> Data {
  var bytes = [UInt8](whole)
  for _ in 0..<Int.random(in: 1...4, using: &random) {
    guard !bytes.isEmpty else { break }
    if isText, Bool.random(using: &random) {
      replaceWord(&bytes, using: &random)
    } else {
      damage(&bytes, using: &random)
    }
  }
  return Data(bytes)
}

private func damage(_ bytes: inout [UInt8], using random: inout SplitMix64) {
  // Half of the damage is where headers are.
  let reach = Bool.random(using: &random) ? min(128, bytes.count) : bytes.count
  let at = Int.random(in: 0..<reach, using: &random)
  switch Int.random(in: 0..<7, using: &random) {
  case 0: bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &random)
  case 1: bytes[at] = UInt8.random(in: 0...255, using: &random)
  case 2: bytes.removeSubrange(at...)
  case 3: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...16, using: &random)))
  case 4: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 32)], at: at)
  case 5:
    // The numbers that break sizes, in both orders of bytes.
    let extreme = [
      0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
    ].randomElement(using: &random)!
    let littleEndian = (0..<4).map { UInt8(truncatingIfNeeded: extreme >> (8 * $0)) }
    let number = Bool.random(using: &random) ? littleEndian : littleEndian.reversed()
    for (offset, byte) in number.enumerated() where at + offset < bytes.count {
      bytes[at + offset] = byte
    }
  default:
    for i in at..<min(bytes.count, at + 64) { bytes[i] = UInt8.random(in: 0...255, using: &random) }
  }
}

/// Puts something that a reader of text may stumble over in place of a stretch of it.
private func replaceWord(_ bytes: inout [UInt8], using random: inout SplitMix64) {
  let words = [
    "", "nan", "inf", "-", "1e999", "-1e-999", "9999999999999999999999", "\"", "\"\"", ",", ";;",
    "\t", "\n", "\r\n", "\r", "\0", "#", "0x10", "1,5", "é", "\u{FEFF}", "(", "'", "}", "True",
    "(4294967296, 4294967296)", "(-1,)", "<f8", ">i2", "|O", "fortran_order",
    String(repeating: "1", count: 5_000),
  ]
  let at = Int.random(in: 0..<bytes.count, using: &random)
  let end = min(bytes.count, at + Int.random(in: 0...8, using: &random))
  bytes.replaceSubrange(at..<end, with: Array(words.randomElement(using: &random)!.utf8))
}
