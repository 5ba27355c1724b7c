import CPNG
import Foundation
import Modality

extension Picture {
  /// Writes the picture as a PNG file; the name holds the old file or all of the new one.
  ///
  /// - Throws: `StirError.Code.unwritableOutput`.
  public func writePNG(to url: URL) throws {
    try writeAtomically(try encodedPNG(for: url), to: url)
  }

  /// The bytes of a PNG file; `url` is what an error message calls it.
  private func encodedPNG(for url: URL) throws -> Data {
    var message = [CChar](repeating: 0, count: Int(STIR_PNG_MESSAGE_LENGTH))
    var length = 0
    guard
      let file = stir_png_encode(pixels, UInt32(width), UInt32(height), 3, &length, &message)
    else {
      let reason = String(
        decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw StirError(
        .unwritableOutput, "cannot make the \(width)×\(height) picture \(url.path): \(reason)")
    }
    return Data(bytesNoCopy: file, count: length, deallocator: .free)
  }
}
