import Foundation
import Modality

/// Where what cannot be read in place is put, laid out as it is read: a temporary file without a
/// name, which goes away with its last user. Memory does not grow with it.
final class Spool: @unchecked Sendable {
  private let descriptor: Int32
  /// The bytes in it; appending is for one thread at a time.
  private(set) var size = 0

  /// - Throws: `StirError.Code.unwritableOutput` if no temporary file can be made.
  init() throws {
    let pattern = FileManager.default.temporaryDirectory.path + "/stir-signal-XXXXXX"
    var name = Array(pattern.utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else {
      throw StirError(
        .unwritableOutput, "cannot make a temporary file like \(pattern): \(lastSystemError())")
    }
    unlink(name)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// - Throws: `StirError.Code.unwritableOutput` when the disk is full.
  func append(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while !rest.isEmpty {
      let written = pwrite(descriptor, rest.baseAddress, rest.count, off_t(size))
      if written < 0, errno == EINTR { continue }
      guard written > 0 else {
        throw StirError(
          .unwritableOutput, "cannot write to a temporary file: \(lastSystemError())")
      }
      size += written
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  /// Forgets what was appended after the first `size` bytes.
  func rewind(to size: Int) { self.size = min(size, self.size) }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    try readFully(descriptor, into: buffer, at: offset)
  }
}
