import Core
import Foundation
import TestSupport
import Testing

/// The names in `folder`, hidden ones too, sorted.
func names(in folder: URL) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
}

/// Runs `body` with a fresh folder that is removed afterwards.
func withTemporaryFolder(_ body: (URL) async throws -> Void) async throws {
  let folder = try TemporaryFolder()
  try await body(folder.url)
  withExtendedLifetime(folder) {}
}
