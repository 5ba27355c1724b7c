import Core
import Foundation

/// A folder that goes away with its last user.
public final class TemporaryFolder: Sendable {
  public let url = FileManager.default.temporaryDirectory
    .appendingPathComponent("stir-tests-\(UUID().uuidString)")

  public init() throws { try makeFolder(url) }
  deinit { try? FileManager.default.removeItem(at: url) }

  public subscript(name: String) -> URL { url.appendingPathComponent(name) }
}
