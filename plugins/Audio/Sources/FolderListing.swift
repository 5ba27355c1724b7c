import Foundation
import Modality

/// The sound files below a folder, by their extensions, sorted by path.
struct FolderListing {
  struct Entry: Sendable {
    /// Relative to the folder.
    var path: String
    /// In bytes.
    var size: Int
    /// When the content last changed, in nanoseconds since 1970.
    var modified: Int
  }

  /// The absolute path of the folder.
  let folder: String
  private(set) var entries: [Entry] = []
  /// Folders and links that cannot be followed.
  private(set) var rejected: [RejectedInput] = []
  /// How many other files were passed over.
  private(set) var otherFiles = 0

  /// Lists what is at `url`. A file that is named itself counts as sound whatever its extension.
  /// - Throws: `StirError.Code.missingInput` if nothing is there or it cannot be listed.
  init(_ url: URL) throws {
    let path = url.standardizedFileURL.path
    guard let status = FileStatus(path) else {
      throw StirError(.missingInput, "\(path): \(lastSystemError())")
    }
    guard status.isFolder else {
      folder = url.standardizedFileURL.deletingLastPathComponent().path
      entries = [status.entry(url.lastPathComponent)]
      return
    }
    folder = path
    try list(status)
    entries.sort { $0.path < $1.path }
  }

  /// Walks the folder and all below it. Links to folders are followed, and each folder is visited
  /// once, whichever way leads to it, so that a loop of links ends.
  private mutating func list(_ root: FileStatus) throws {
    var visited: Set<FileStatus.Identity> = [root.identity]
    var open = [""]
    while let parent = open.popLast() {
      let names: [String]
      do {
        names = try FileManager.default.contentsOfDirectory(atPath: folder + "/" + parent)
      } catch {
        let reason = "cannot be listed: \(error.localizedDescription)"
        guard !parent.isEmpty else { throw StirError(.missingInput, "\(folder): \(reason)") }
        rejected.append(RejectedInput(name: parent, reason: reason))
        continue
      }
      // Sorted, so that the same one of two ways to a folder is taken each time.
      for name in names.sorted(by: >) where !name.hasPrefix(".") {
        let path = parent.isEmpty ? name : parent + "/" + name
        guard let status = FileStatus(folder + "/" + path) else {
          if isSound(name) {
            let reason = "cannot be opened: \(lastSystemError())"
            rejected.append(RejectedInput(name: path, reason: reason))
          }
          continue
        }
        if status.isFolder {
          if visited.insert(status.identity).inserted { open.append(path) }
        } else if isSound(name) {
          entries.append(status.entry(path))
        } else {
          otherFiles += 1
        }
      }
    }
  }

  private func isSound(_ name: String) -> Bool {
    let parts = name.split(separator: ".")
    guard parts.count > 1, let last = parts.last else { return false }
    return AudioModality.knownExtensions.contains(last.lowercased())
  }
}

/// What the system knows of a path, with links followed.
private struct FileStatus {
  struct Identity: Hashable {
    var device: UInt64
    var inode: UInt64
  }

  let isFolder: Bool
  let identity: Identity
  private let size: Int
  private let modified: Int

  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    isFolder = status.st_mode & S_IFMT == S_IFDIR
    identity = Identity(
      device: UInt64(truncatingIfNeeded: status.st_dev),
      inode: UInt64(truncatingIfNeeded: status.st_ino))
    size = Int(status.st_size)
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    modified = Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec)
  }

  func entry(_ path: String) -> FolderListing.Entry {
    FolderListing.Entry(path: path, size: size, modified: modified)
  }
}
