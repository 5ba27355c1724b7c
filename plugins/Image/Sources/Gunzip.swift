import CZlib
import Modality

/// Expands a gzip file that is in memory, piece by piece, never further than is asked for.
final class Gunzip {
  private var stream = z_stream()
  private var isAtEnd = false

  /// Calls `body` with an expander of `file`.
  /// - Throws: what `body` throws.
  static func expanding<Result>(
    _ file: [UInt8], _ body: (Gunzip) throws -> Result
  ) throws -> Result {
    try file.withUnsafeBufferPointer { bytes in
      let gunzip = try Gunzip(bytes)
      return try withExtendedLifetime(gunzip) { try body(gunzip) }
    }
  }

  /// - Parameter file: at most 4 GiB, which stay where they are while this is used.
  private init(_ file: UnsafeBufferPointer<UInt8>) throws {
    stream.next_in = UnsafeMutablePointer(mutating: file.baseAddress)
    stream.avail_in = UInt32(clamping: file.count)
    // 16 more than the window's 15 bits: gzip, and nothing else.
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, size) == Z_OK else {
      throw StirError(.unavailable, "zlib does not start")
    }
  }

  deinit { inflateEnd(&stream) }

  /// The next `count` expanded bytes; fewer where they end. Memory is taken as they come.
  /// - Throws: `StirError.Code.invalidData` if the file is damaged or cut short.
  func read(_ count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count, !isAtEnd {
      let wanted = min(count - bytes.count, 1 << 20)
      bytes += try [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
        stream.next_out = buffer.baseAddress
        stream.avail_out = UInt32(wanted)
        try expand()
        filled = wanted - Int(stream.avail_out)
      }
    }
    return bytes
  }

  /// Fills what there is room for, or comes to the end.
  private func expand() throws {
    while stream.avail_out > 0, !isAtEnd {
      switch inflate(&stream, Z_NO_FLUSH) {
      case Z_OK: continue
      case Z_STREAM_END:
        // One gzip stream may follow another.
        isAtEnd = stream.avail_in == 0
        if !isAtEnd { inflateReset(&stream) }
      case Z_BUF_ERROR: throw StirError(.invalidData, "is cut short: its gzip data has no end")
      default:
        let reason = stream.msg.map { String(cString: $0) } ?? "out of memory"
        throw StirError(.invalidData, "is damaged; zlib says: \(reason)")
      }
    }
  }
}
