import Foundation
import Modality

/// The images of one IDX file, in memory, with the labels of the file beside it.
struct IDXImages: Sendable {
  let count: Int
  let height: Int
  let width: Int
  let channels: Int
  /// Of each image, 0…255; nil where there is no file of labels.
  let labels: [UInt8]?
  private let bytes: [UInt8]

  /// What the images take in memory.
  var byteCount: Int { bytes.count }

  /// What all IDX files of a data set may take in memory.
  static let memoryLimit = 1 << 30

  /// Names of files that are taken for IDX images when a folder is read.
  static let endings: Set<String> = [
    "-idx3-ubyte", "-idx4-ubyte", "idx3-ubyte", "idx4-ubyte",
    "-idx3-ubyte.gz", "-idx4-ubyte.gz", "idx3-ubyte.gz", "idx4-ubyte.gz",
  ]

  /// - Parameters:
  ///   - path: `…images-idx3-ubyte` of [number, height, width], or `…images-idx4-ubyte` of [number,
  ///     height, width, channels], or either with `.gz`.
  ///   - wantsLabels: whether to look for `…labels-idx1-ubyte`, with or without `.gz`.
  ///   - limit: the most bytes that are read into memory.
  /// - Throws: `StirError.Code.invalidData` for a damaged file, or labels that do not go with it.
  init(path: String, wantsLabels: Bool, limit: Int) throws {
    let array = try IDXArray(path: path, ranks: 3...4, of: "images", limit: limit)
    let extents = array.extents
    (count, height, width) = (extents[0], extents[1], extents[2])
    channels = extents.count == 4 ? extents[3] : 1
    guard (1...4).contains(channels) else {
      throw StirError(
        .invalidData,
        "has images of \(channels) channels; expected [number, height, width, channels] with 1 to 4 "
          + "channels, found \(extents)")
    }
    try Raster.requireAdmitted(width: width, height: height)
    bytes = array.bytes
    labels = wantsLabels ? try Self.labels(of: count, beside: path) : nil
  }

  func raster(_ index: Int) -> Raster {
    let size = height * width * channels
    return Raster(
      width: width, height: height, channels: channels,
      bytes: Array(bytes[(index * size)..<((index + 1) * size)]))
  }

  private static func labels(of count: Int, beside path: String) throws -> [UInt8]? {
    let url = URL(fileURLWithPath: path)
    let folder = url.deletingLastPathComponent()
    let plain = url.pathExtension.lowercased() == "gz" ? url.deletingPathExtension() : url
    let name = plain.lastPathComponent
      .replacingOccurrences(of: "images", with: "labels", options: .caseInsensitive)
      .replacingOccurrences(of: "idx[34]", with: "idx1", options: .regularExpression)
    guard name != plain.lastPathComponent else { return nil }
    let names = [name, name + ".gz"]
    guard
      let found = names.first(where: {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path)
      })
    else { return nil }
    do {
      let array = try IDXArray(
        path: folder.appendingPathComponent(found).path, ranks: 1...1, of: "labels",
        limit: memoryLimit)
      guard array.bytes.count == count else {
        throw StirError(
          .invalidData, "has \(array.bytes.count) labels for \(counted(count, "image"))")
      }
      return array.bytes
    } catch let error as StirError {
      throw error.located("its labels, \(found)")
    }
  }
}
