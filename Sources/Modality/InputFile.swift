import Foundation

/// A plain file that is open for reading at any place, from many threads.
public final class InputFile: Sendable {
  public let path: String
  /// In bytes.
  public let size: Int
  /// When the content last changed, in nanoseconds since 1970.
  public let modified: Int
  private let descriptor: Int32

  /// - Throws: `StirError.Code.missingInput` for what cannot be opened, `.invalidData` for what is
  ///   no plain file, or an empty one.
  public init(_ path: String) throws {
    // Without O_NONBLOCK a pipe that nobody writes to would block here.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw StirError(.missingInput, "cannot be opened: \(lastSystemError())")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw StirError(.invalidData, "is no file but a folder, pipe or device")
    }
    guard status.st_size > 0 else {
      close(descriptor)
      throw StirError(.invalidData, "is empty (0 bytes)")
    }
    self.path = path
    self.descriptor = descriptor
    size = Int(status.st_size)
    modified = status.modified
  }

  deinit { close(descriptor) }

  /// Fills `buffer` with the bytes from `offset` on.
  /// - Throws: `StirError.Code.invalidData` if the file ends before, or cannot be read.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    try readFully(descriptor, into: buffer, at: offset)
  }

  /// Up to `count` bytes from `offset` on: fewer at the end of the file.
  public func bytes(at offset: Int, upTo count: Int) throws -> [UInt8] {
    let count = max(0, min(count, size - offset))
    guard offset >= 0, count > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBytes { try read(into: $0, at: offset) }
    return bytes
  }

  /// Reads the bytes of `range`, or of the whole file, from first to last: each call gives up to as
  /// many as it is asked for, and none at the end.
  public func reader(of range: Range<Int>? = nil) -> (_ count: Int) throws -> [UInt8] {
    var rest = range ?? 0..<size
    return { count in
      let bytes = try self.bytes(at: rest.lowerBound, upTo: min(count, rest.count))
      rest.removeFirst(bytes.count)
      return bytes
    }
  }

  /// All bytes.
  /// - Throws: `StirError.Code.invalidData` if there are more than `limit`.
  public func readAll(atMost limit: Int) throws -> [UInt8] {
    guard size <= limit else {
      throw StirError(
        .invalidData, "is too large: it has \(size) bytes, and at most \(limit) are admitted")
    }
    return try bytes(at: 0, upTo: size)
  }
}

/// Fills `buffer` with the bytes of an open file from `offset` on.
/// - Throws: `StirError.Code.invalidData` if it ends before, or cannot be read.
public func readFully(
  _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int
) throws {
  var done = 0
  while done < buffer.count {
    let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
    let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
    if count < 0, errno == EINTR { continue }
    guard count > 0 else {
      throw StirError(
        .invalidData, count == 0 ? "is cut short" : "cannot be read: \(lastSystemError())")
    }
    done += count
  }
}

extension stat {
  /// When the content last changed, in nanoseconds since 1970.
  var modified: Int {
    #if canImport(Darwin)
      let time = st_mtimespec
    #else
      let time = st_mtim
    #endif
    return Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec)
  }
}
