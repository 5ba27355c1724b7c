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
    let (width, height) = (UInt32(self.width), UInt32(self.height))
    var message = [CChar](repeating: 0, count: Int(STIR_PNG_MESSAGE_LENGTH))
    var length = 0
    guard stir_png_encode_rgb(pixels, width, height, nil, &length, &message) == 1 else {
      throw failure(message, url)
    }
    var data = Data(count: length)
    let done = data.withUnsafeMutableBytes {
      stir_png_encode_rgb(pixels, width, height, $0.baseAddress, &length, &message)
    }
    guard done == 1 else { throw failure(message, url) }
    return data.prefix(length)
  }

  private func failure(_ message: [CChar], _ url: URL) -> StirError {
    let reason = String(
      decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return StirError(
      .unwritableOutput, "cannot make the \(width)×\(height) picture \(url.path): \(reason)")
  }
}
