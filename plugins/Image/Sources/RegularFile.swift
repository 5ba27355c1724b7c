import Foundation
import Modality

/// A plain file, opened for reading from its start.
final class RegularFile {
  /// In bytes.
  let size: Int
  private let descriptor: Int32
  private var rest: Int

  /// - Throws: `StirError.Code.missingInput` if it cannot be opened, `.invalidData` for a folder, a
  ///   device, a pipe or an empty file.
  init(_ path: String) throws {
    // Not blocking, so that a named pipe is refused below and does not wait for a writer.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw StirError(.missingInput, "cannot be opened: \(lastSystemError())")
    }
    var status = stat()
    let known = fstat(descriptor, &status) == 0
    (size, rest) = (Int(status.st_size), Int(status.st_size))
    guard known, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw StirError(.invalidData, "is no file but a folder, pipe or device")
    }
    guard size > 0 else {
      close(descriptor)
      throw StirError(.invalidData, "is empty (0 bytes)")
    }
  }

  deinit { close(descriptor) }

  /// The next `count` bytes; fewer at the end of the file.
  /// - Throws: `StirError.Code.missingInput` if the system cannot read them.
  func read(_ count: Int) throws -> [UInt8] {
    let wanted = min(count, rest)
    let bytes = try [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
      while filled < wanted, let base = buffer.baseAddress {
        let got = Foundation.read(descriptor, base + filled, wanted - filled)
        if got < 0, errno == EINTR { continue }
        guard got >= 0 else {
          throw StirError(.missingInput, "cannot be read: \(lastSystemError())")
        }
        if got == 0 { break }
        filled += got
      }
    }
    rest -= bytes.count
    return bytes
  }

  /// All bytes from here on.
  /// - Throws: `StirError.Code.invalidData` if the file has more than `limit`.
  func readAll(atMost limit: Int) throws -> [UInt8] {
    guard size <= limit else {
      throw StirError(
        .invalidData, "is too large: it has \(size) bytes, and at most \(limit) are admitted")
    }
    return try read(rest)
  }
}
