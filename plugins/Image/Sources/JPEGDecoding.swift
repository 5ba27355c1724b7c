import CTurboJPEG
import Modality

/// The pixels of a JPEG file, turned as its EXIF orientation says: grey, or red green blue.
/// - Throws: `StirError.Code.invalidData` if it is damaged, cut short, too large, or CMYK.
func decodeJPEG(_ file: [UInt8]) throws -> Raster {
  guard let decoder = tjInitDecompress() else {
    throw StirError(.unavailable, "libjpeg-turbo does not start")
  }
  defer { tjDestroy(decoder) }
  func failure() -> StirError {
    let reason = tjGetErrorStr2(decoder).map { String(cString: $0) } ?? "unknown"
    return StirError(.invalidData, "is damaged or cut short; libjpeg-turbo says: \(reason)")
  }
  var (width, height, subsampling, colors): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
  guard
    tjDecompressHeader3(
      decoder, file, UInt(file.count), &width, &height, &subsampling, &colors) == 0
  else { throw failure() }
  guard ![TJCS_CMYK, TJCS_YCCK].contains(where: { Int32($0.rawValue) == colors }) else {
    throw StirError(
      .invalidData, "is a JPEG of printing colours (CMYK); convert it to RGB, such as with a PNG")
  }
  try Raster.requireAdmitted(width: Int(width), height: Int(height))
  let isGrey = Int32(TJCS_GRAY.rawValue) == colors
  var raster = Raster(
    width: Int(width), height: Int(height), channels: isGrey ? 1 : 3, bytes: [])
  raster.bytes = [UInt8](repeating: 0, count: raster.width * raster.height * raster.channels)
  // What libjpeg only warns of is missing or damaged data, in place of which it makes up grey.
  let format = Int32((isGrey ? TJPF_GRAY : TJPF_RGB).rawValue)
  let flags = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT
  guard
    tjDecompress2(
      decoder, file, UInt(file.count), &raster.bytes, width, 0, height, format, flags) == 0
  else { throw failure() }
  return raster.turned(exifOrientation(ofJPEG: file))
}
