import Foundation

/// Writes a file so that its name always holds either the old bytes or all of the new ones.
///
/// `body` writes to a temporary name in the same folder, which is then synced and renamed over
/// `url`, and the folder synced. If `body` throws, the temporary file is removed and whatever stood
/// at `url` is untouched. Missing parent folders are made. A symbolic link stays one: the file that
/// it leads to is replaced. A file that is replaced hands on its permissions.
///
/// - Throws: what `body` throws, or `StirError.Code.unwritableOutput`.
public func writeAtomically(to url: URL, _ body: (URL) throws -> Void) throws {
  let url = url.resolvingSymlinksInPath()
  let folder = url.deletingLastPathComponent()
  try makeFolder(folder)
  let replaced = try permissionsOfFile(at: url)
  let unique = UInt64.random(in: .min ... .max)
  let name = ".\(url.lastPathComponent).\(String(unique, radix: 36)).partial"
  let temporary = folder.appendingPathComponent(name)
  do {
    try body(temporary)
    if let replaced { chmod(temporary.path, replaced) }
    try sync(temporary)
    guard rename(temporary.path, url.path) == 0 else {
      throw StirError(.unwritableOutput, "cannot write \(url.path): \(lastSystemError())")
    }
  } catch {
    unlink(temporary.path)
    throw error
  }
  try sync(folder)
}

/// Writes a file piece by piece with ``writeAtomically(to:_:)``: `body` calls its argument with
/// each next piece.
public func writeAtomically(
  to url: URL, pieces body: (_ append: (Data) throws -> Void) throws -> Void
) throws {
  try writeAtomically(to: url) { (temporary: URL) in
    func writing<Result>(_ action: () throws -> Result) throws -> Result {
      do { return try action() } catch {
        throw StirError(.unwritableOutput, "cannot write \(url.path): \(reason(error))")
      }
    }
    let file = try writing {
      try Data().write(to: temporary)
      return try FileHandle(forWritingTo: temporary)
    }
    defer { try? file.close() }
    try body { piece in try writing { try file.write(contentsOf: piece) } }
  }
}

/// Writes `data` with ``writeAtomically(to:_:)``.
public func writeAtomically(_ data: Data, to url: URL) throws {
  try writeAtomically(to: url, pieces: { append in try append(data) })
}

/// Makes `folder` and its parents unless they are there.
public func makeFolder(_ folder: URL) throws {
  do {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  } catch {
    throw StirError(.unwritableOutput, "cannot make the folder \(folder.path): \(reason(error))")
  }
}

/// The text of the calling thread's `errno`.
public func lastSystemError() -> String { String(cString: strerror(errno)) }

/// The permissions of the regular file at `url`; nil when nothing is there.
/// - Throws: `.unwritableOutput` for a folder, a device or a pipe, which a rename would do away with.
private func permissionsOfFile(at url: URL) throws -> mode_t? {
  var status = stat()
  guard lstat(url.path, &status) == 0 else { return nil }
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw StirError(
      .unwritableOutput, "cannot write \(url.path): something that is no plain file is there")
  }
  return status.st_mode & 0o7777
}

private func sync(_ url: URL) throws {
  let descriptor = open(url.path, O_RDONLY)
  guard descriptor >= 0 else {
    throw StirError(.unwritableOutput, "cannot open \(url.path): \(lastSystemError())")
  }
  defer { close(descriptor) }
  // Folders on some file systems cannot be synced (EINVAL); their rename is as durable as it gets.
  guard fsync(descriptor) == 0 || errno == EINVAL else {
    throw StirError(.unwritableOutput, "cannot sync \(url.path): \(lastSystemError())")
  }
}

/// The system's reason inside a Foundation error (`No space left on device`), or its description.
private func reason(_ error: any Error) -> String {
  let outer = error as NSError
  let inner = (outer.userInfo[NSUnderlyingErrorKey] as? any Error).map { $0 as NSError } ?? outer
  guard inner.domain == NSPOSIXErrorDomain else { return outer.localizedDescription }
  return String(cString: strerror(Int32(inner.code)))
}
