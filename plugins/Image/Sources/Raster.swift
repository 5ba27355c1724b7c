import Modality

/// An image as a file holds it: rows from the top, 8 bits a sample.
struct Raster: Hashable, Sendable {
  var width: Int
  var height: Int
  /// 1 grey, 2 grey and alpha, 3 red green blue, 4 red green blue and alpha.
  var channels: Int
  /// [height, width, channels].
  var bytes: [UInt8]

  /// The most pixels that an image may have; a header that tells of more is refused before memory
  /// is taken for them.
  static let pixelLimit = 64 << 20

  /// The most pixels along one side.
  static let sideLimit = 65_535

  /// - Throws: `StirError.Code.invalidData` if an image of this size is refused.
  static func requireAdmitted(width: Int, height: Int) throws {
    guard width > 0, height > 0 else {
      throw StirError(.invalidData, "holds no pixels (\(width)×\(height))")
    }
    guard width <= sideLimit, height <= sideLimit, width * height <= pixelLimit else {
      throw StirError(
        .invalidData,
        "is too large: its header tells of \(width)×\(height) pixels, and at most "
          + "\(pixelLimit) are admitted, \(sideLimit) on a side")
    }
  }

  /// Row `y` as grey (`planes` 1) or as red, green and blue (`planes` 3), 0…255, over a background
  /// of grey.
  ///
  /// The grey of a colour is its luma, 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601).
  ///
  /// - Parameter row: room for `planes` × `width` values, one plane after the other.
  func read(row y: Int, planes: Int, background: Int, into row: inout [Float]) {
    let (isColor, hasAlpha) = (channels > 2, channels % 2 == 0)
    for x in 0..<width {
      let at = (y * width + x) * channels
      let alpha = hasAlpha ? Int(bytes[at + channels - 1]) : 255
      // In whole numbers, so that what is opaque and grey keeps its exact value.
      func over(_ value: Int, _ unit: Int) -> Float {
        guard alpha < 255 else { return Float(value) / Float(unit) }
        return Float(value * alpha + background * unit * (255 - alpha)) / Float(255 * unit)
      }
      guard isColor else {
        let grey = over(Int(bytes[at]), 1)
        for plane in 0..<planes { row[plane * width + x] = grey }
        continue
      }
      let (red, green, blue) = (Int(bytes[at]), Int(bytes[at + 1]), Int(bytes[at + 2]))
      if planes == 1 {
        row[x] = over(299 * red + 587 * green + 114 * blue, 1000)
      } else {
        row[x] = over(red, 1)
        row[width + x] = over(green, 1)
        row[2 * width + x] = over(blue, 1)
      }
    }
  }
}
