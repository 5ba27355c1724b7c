import Modality

/// The kind of a file, as its first bytes tell whatever its name says.
enum ImageFormat: String, Sendable {
  case png = "PNG"
  case jpeg = "JPEG"
  case idx = "IDX"

  /// Names of files that are taken for images when a folder is read; any other file in it is passed
  /// over. Those from `gif` on cannot be read, but their owner should hear so.
  static let endings = IDXImages.endings.union([
    "png", "jpg", "jpeg", "jpe", "jfif",
    "gif", "webp", "bmp", "tif", "tiff", "heic", "avif",
  ])

  /// - Parameters:
  ///   - head: the first bytes of the file.
  ///   - name: the file's name, by which a gzip file is told from others.
  /// - Throws: `StirError.Code.invalidData` with what it is instead.
  init(head: [UInt8], name: String) throws {
    func begins(_ bytes: [UInt8], at offset: Int = 0) -> Bool {
      head.dropFirst(offset).starts(with: bytes)
    }
    // Two zeros and one of the kinds of numbers, 8 to 14.
    let isIDX = begins([0, 0]) && head.count > 3 && (8...14).contains(head[2])
    if begins([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]) {
      self = .png
    } else if begins([0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if isIDX || name.lowercased().hasSuffix(".gz") && begins([0x1F, 0x8B]) {
      self = .idx
    } else {
      let foreign: [(bytes: String, offset: Int, name: String)] = [
        ("GIF8", 0, "a GIF image"), ("BM", 0, "a BMP image"), ("WEBP", 8, "a WebP image"),
        ("II*\0", 0, "a TIFF image"), ("MM\0*", 0, "a TIFF image"),
        ("ftyp", 4, "a HEIF, AVIF or video file"),
      ]
      let isText = head.allSatisfy { (32..<127).contains($0) || (9...13).contains($0) }
      let name =
        foreign.first { begins(Array($0.bytes.utf8), at: $0.offset) }?.name
        ?? (isText ? "text" : "of an unknown kind")
      throw StirError(.invalidData, "is \(name); expected PNG, JPEG or IDX")
    }
  }

  /// The pixels of a PNG or JPEG file.
  /// - Throws: `StirError.Code.invalidData` or `.missingInput` with the reason why there are none.
  static func decode(path: String) throws -> (format: ImageFormat, raster: Raster) {
    let file = try InputFile(path).readAll(atMost: fileLimit)
    let format = try ImageFormat(head: Array(file.prefix(32)), name: path)
    switch format {
    case .png: return (format, try decodePNG(file))
    case .jpeg: return (format, try decodeJPEG(file))
    case .idx: throw StirError(.invalidData, "has become an IDX file since it was looked at")
    }
  }

  /// The most bytes that a PNG or JPEG file may have.
  static let fileLimit = 256 << 20
}
