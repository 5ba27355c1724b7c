import Foundation
import Modality

/// A file that is open for reading at any place, from many threads.
final class InputFile: Sendable {
  let path: String
  /// In bytes.
  let size: Int
  /// When the content last changed, in nanoseconds since 1970.
  let modified: Int
  private let descriptor: Int32

  /// - Throws: `StirError.Code.missingInput` for what cannot be opened, `.invalidData` for what is
  ///   no plain file.
  init(_ path: String) throws {
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
    self.path = path
    self.descriptor = descriptor
    size = Int(status.st_size)
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    modified = Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec)
  }

  deinit { close(descriptor) }

  /// Fills `buffer` with the bytes from `offset` on.
  /// - Throws: `StirError.Code.invalidData` if the file ends before, or cannot be read.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    try readFully(descriptor, into: buffer, at: offset)
  }

  /// Up to `count` bytes from `offset` on: fewer at the end of the file.
  func bytes(at offset: Int, upTo count: Int) throws -> [UInt8] {
    let count = max(0, min(count, size - offset))
    guard offset >= 0, count > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBytes { try read(into: $0, at: offset) }
    return bytes
  }
}

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

private func readFully(
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
