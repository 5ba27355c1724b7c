import Foundation
import Inflating
import Modality

/// An array of bytes in the IDX format of the MNIST files, gzipped or not.
///
/// Reference: LeCun, Cortes and Burges, "The MNIST database": two zeros, the kind of number (8 for
/// bytes), the number of axes; their extents as 32-bit big-endian numbers; the values.
struct IDXArray: Sendable {
  var extents: [Int]
  /// Row-major.
  var bytes: [UInt8]

  /// - Parameters:
  ///   - ranks: how many axes are admitted.
  ///   - what: what the file should hold, such as `images`, for messages.
  ///   - limit: the most bytes that are read into memory.
  /// - Throws: `StirError.Code.invalidData` for another format, a header that tells of more or less
  ///   than there is, or more than `limit`; `.missingInput` for a file that cannot be read.
  init(path: String, ranks: ClosedRange<Int>, of what: String, limit: Int) throws {
    let file = try InputFile(path)
    var read = file.reader()
    if path.lowercased().hasSuffix(".gz") {
      let inflater = try Inflater(.gzip) { [read] in try read(1 << 18) }
      read = inflater.next(upTo:)
    }
    try self.init(ranks: ranks, of: what, limit: limit, read: read)
  }

  /// - Parameter read: the next so many bytes, or fewer at the end.
  private init(
    ranks: ClosedRange<Int>, of what: String, limit: Int, read: (Int) throws -> [UInt8]
  ) throws {
    let magic = try read(4)
    guard magic.count == 4, magic[0] == 0, magic[1] == 0 else {
      throw StirError(.invalidData, "is no IDX file: it does not begin with two zeros and a kind")
    }
    guard magic[2] == 8 else {
      throw StirError(
        .invalidData,
        "holds IDX numbers of the kind \(magic[2]), and \(what) are bytes, of the kind 8")
    }
    guard ranks.contains(Int(magic[3])) else {
      let expected = ranks.count == 1 ? "\(ranks.lowerBound)" : "\(ranks.lowerBound) or more"
      throw StirError(
        .invalidData, "has \(counted(Int(magic[3]), "axis")), and \(what) have \(expected)")
    }
    let header = try read(4 * Int(magic[3]))
    guard header.count == 4 * Int(magic[3]) else {
      throw StirError(.invalidData, "is cut short: its IDX header is not all there")
    }
    extents = stride(from: 0, to: header.count, by: 4).map { at in
      header[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) }
    }
    let told = extents.reduce(1.0) { $0 * Double($1) }
    guard told > 0 else { throw StirError(.invalidData, "holds no \(what): \(extents)") }
    guard told <= Double(limit) else {
      throw StirError(
        .invalidData,
        "is too large: its header tells of \(extents) bytes, and \(limit) are left of the memory "
          + "that \(what) may take")
    }
    bytes = try read(Int(told))
    guard bytes.count == Int(told) else {
      throw StirError(
        .invalidData,
        "is cut short: its header tells of \(Int(told)) bytes, and \(bytes.count) are there")
    }
    guard try read(1).isEmpty else {
      throw StirError(
        .invalidData, "goes on beyond the \(Int(told)) bytes that its header tells of")
    }
  }
}
