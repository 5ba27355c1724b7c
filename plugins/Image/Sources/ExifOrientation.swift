/// The orientation, 1…8, that the EXIF data of a JPEG file tells of; 1, upright, where there is none.
///
/// Reference: CIPA DC-008 (EXIF 2.32), section 4.6.4 A, tag 0x0112.
func exifOrientation(ofJPEG file: [UInt8]) -> Int {
  var at = 2
  // Segments: a mark of two bytes, then a length that counts itself.
  while at + 4 <= file.count, file[at] == 0xFF, file[at + 1] != 0xDA {
    let length = Int(file[at + 2]) << 8 | Int(file[at + 3])
    let end = at + 2 + length
    guard length >= 2, end <= file.count else { return 1 }
    let body = file[(at + 4)..<max(at + 4, end)]
    if file[at + 1] == 0xE1, body.starts(with: Array("Exif\0\0".utf8)) {
      return orientation(inTIFF: body.dropFirst(6)) ?? 1
    }
    at = end
  }
  return 1
}

private func orientation(inTIFF data: ArraySlice<UInt8>) -> Int? {
  let isLittle = data.starts(with: Array("II".utf8))
  guard isLittle || data.starts(with: Array("MM".utf8)) else { return nil }
  func number(at offset: Int, bytes: Int) -> Int? {
    guard offset >= 0, offset <= data.count - bytes else { return nil }
    let piece = data.dropFirst(offset).prefix(bytes)
    let ordered = isLittle ? Array(piece.reversed()) : Array(piece)
    return ordered.reduce(0) { $0 << 8 | Int($1) }
  }
  guard number(at: 2, bytes: 2) == 42, let directory = number(at: 4, bytes: 4),
    let entries = number(at: directory, bytes: 2)
  else { return nil }
  for entry in 0..<entries {
    let at = directory + 2 + 12 * entry
    guard let tag = number(at: at, bytes: 2) else { return nil }
    guard tag == 0x0112 else { continue }
    return number(at: at + 8, bytes: 2).flatMap { (1...8).contains($0) ? $0 : nil }
  }
  return nil
}

extension Raster {
  /// The upright image, given which EXIF `orientation` it is stored in.
  func turned(_ orientation: Int) -> Raster {
    guard orientation > 1 else { return self }
    let isTransposed = orientation > 4
    let mirrorsColumns = [2, 3, 7, 8].contains(orientation)
    let mirrorsRows = [3, 4, 6, 7].contains(orientation)
    var turned = self
    if isTransposed { (turned.width, turned.height) = (height, width) }
    var to = 0
    for y in 0..<turned.height {
      for x in 0..<turned.width {
        let (column, row) = isTransposed ? (y, x) : (x, y)
        let from =
          ((mirrorsRows ? height - 1 - row : row) * width
            + (mirrorsColumns ? width - 1 - column : column)) * channels
        for channel in 0..<channels { turned.bytes[to + channel] = bytes[from + channel] }
        to += channels
      }
    }
    return turned
  }
}
