import CZlib
import Core

/// Undoes zlib's compression, piece by piece.
public final class Inflater {
  public enum Format: Int32 {
    /// A member of a zip archive.
    case raw = -15
    /// A `.gz`, which may be several one after the other.
    case gzip = 31
  }

  // zlib remembers the address of its state.
  private let stream: UnsafeMutablePointer<z_stream>
  private let format: Format
  private var input: [UInt8] = []
  private var used = 0
  private var isAtEnd = false
  private let nextInput: () throws -> [UInt8]

  /// - Parameter nextInput: the next compressed bytes; none at the end.
  public init(_ format: Format, nextInput: @escaping () throws -> [UInt8]) throws {
    self.format = format
    self.nextInput = nextInput
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard
      inflateInit2_(
        stream, format.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw StirError(.unavailable, "zlib cannot be started") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Up to `count` of the next bytes, fewer only at the end. Memory is taken as they come.
  /// - Throws: `StirError.Code.invalidData` for what is damaged or cut short.
  public func next(upTo count: Int) throws -> [UInt8] {
    var output: [UInt8] = []
    while output.count < count, !isAtEnd { try inflateMore(&output, upTo: count) }
    return output
  }

  private func inflateMore(_ output: inout [UInt8], upTo count: Int) throws {
    if used == input.count {
      (input, used) = (try nextInput(), 0)
      guard !input.isEmpty else {
        throw StirError(.invalidData, "is cut short within its compressed data")
      }
    }
    let start = output.count
    output.append(contentsOf: repeatElement(0, count: min(count - start, 1 << 18)))
    let (status, consumed, made) = inflate(into: &output, from: start)
    used += consumed
    output.removeLast(output.count - start - made)
    switch status {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: try endMember()
    default:
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "out of memory"
      throw StirError(.invalidData, "has damaged compressed data; zlib says: \(reason)")
    }
  }

  private func inflate(
    into output: inout [UInt8], from start: Int
  ) -> (status: Int32, consumed: Int, made: Int) {
    input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        let (available, room) = (UInt32(input.count - used), UInt32(output.count - start))
        stream.pointee.next_in = input.baseAddress.map { $0 + used }
        stream.pointee.avail_in = available
        stream.pointee.next_out = output.baseAddress.map { $0 + start }
        stream.pointee.avail_out = room
        let status = CZlib.inflate(stream, Z_NO_FLUSH)
        return (
          status, Int(available - stream.pointee.avail_in), Int(room - stream.pointee.avail_out)
        )
      }
    }
  }

  private func endMember() throws {
    if format == .gzip, used == input.count { (input, used) = (try nextInput(), 0) }
    if format == .raw || input.isEmpty {
      isAtEnd = true
    } else {
      inflateReset(stream)
    }
  }
}
