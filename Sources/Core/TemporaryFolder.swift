import Foundation

/// Calls `body` with a new folder for files on the way, which is then removed.
public func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("stir-\(UUID().uuidString)")
  try makeFolder(folder)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
