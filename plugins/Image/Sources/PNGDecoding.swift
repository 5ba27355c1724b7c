import CPNG
import Modality

/// The pixels of a PNG file: any depth, palette, transparency and interlacing.
/// - Throws: `StirError.Code.invalidData` if it is damaged, cut short or too large.
func decodePNG(_ file: [UInt8]) throws -> Raster {
  var message = [CChar](repeating: 0, count: Int(STIR_PNG_MESSAGE_LENGTH))
  func failure() -> StirError {
    let reason = String(
      decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return StirError(.invalidData, "is damaged or cut short; libpng says: \(reason)")
  }
  var (width, height, channels): (UInt32, UInt32, UInt32) = (0, 0, 0)
  guard stir_png_read_header(file, file.count, &width, &height, &channels, &message) == 1 else {
    throw failure()
  }
  var raster = Raster(
    width: Int(width), height: Int(height), channels: Int(channels), bytes: [])
  try Raster.requireAdmitted(width: raster.width, height: raster.height)
  raster.bytes = [UInt8](repeating: 0, count: raster.width * raster.height * raster.channels)
  guard stir_png_decode(file, file.count, &raster.bytes, &message) == 1 else { throw failure() }
  return raster
}
