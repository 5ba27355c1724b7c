import Foundation

/// The files of one kind below a folder, by the ends of their names, sorted by path.
///
/// Hidden files are passed over. Links are followed, and each folder is visited once.
public struct FolderListing: Sendable {
  public struct Entry: Hashable, Sendable {
    /// Relative to the folder.
    public var path: String
    /// In bytes.
    public var size: Int
    /// When the content last changed, in nanoseconds since 1970.
    public var modified: Int

    public init(path: String, size: Int, modified: Int) {
      self.path = path
      self.size = size
      self.modified = modified
    }
  }

  /// The absolute path of the folder.
  public let folder: String
  public private(set) var entries: [Entry] = []
  /// Folders and links that cannot be followed.
  public private(set) var rejected: [RejectedInput] = []
  /// How many other files were passed over.
  public private(set) var otherFiles = 0
  private let extensions: Set<String>

  /// Lists what is at `url`.
  ///
  /// - Parameters:
  ///   - url: a folder, or a file, which counts whatever its extension.
  ///   - extensions: what a name may end in after a dot, in small letters; `csv.gz` may be one. One
  ///     that begins with a hyphen, as `-idx3-ubyte`, needs no dot.
  ///   - noun: what such a file is called in messages, such as `sound file`.
  /// - Throws: `StirError.Code.missingInput` if nothing is there, it cannot be listed, or no file
  ///   in it is of the kind.
  public init(_ url: URL, extensions: Set<String>, noun: String) throws {
    self.extensions = extensions
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
    rejected.sort { $0.name < $1.name }
    guard entries.isEmpty, rejected.isEmpty else { return }
    let others = otherFiles == 0 ? "" : ", only \(counted(otherFiles, "other file"))"
    throw StirError(
      .missingInput,
      "\(folder) holds no \(noun)s\(others); expected files that end in one of "
        + extensions.sorted().joined(separator: " "))
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
          if isWanted(name) {
            let reason = "cannot be opened: \(lastSystemError())"
            rejected.append(RejectedInput(name: path, reason: reason))
          }
          continue
        }
        if status.isFolder {
          if visited.insert(status.identity).inserted { open.append(path) }
        } else if isWanted(name) {
          entries.append(status.entry(path))
        } else {
          otherFiles += 1
        }
      }
    }
  }

  private func isWanted(_ name: String) -> Bool {
    let name = name.lowercased()
    return extensions.contains { name.hasSuffix($0.hasPrefix("-") ? $0 : "." + $0) }
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
    modified = status.modified
  }

  func entry(_ path: String) -> FolderListing.Entry {
    FolderListing.Entry(path: path, size: size, modified: modified)
  }
}
