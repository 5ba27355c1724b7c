import Foundation
import Modality

/// The sound files at a place, each measured once.
struct AudioIndex: Sendable {
  /// The absolute path that the files' paths start from.
  let folder: String
  /// Sorted by path; those with a fault too.
  let files: [AudioFile]
  /// What cannot even be listed.
  let unlisted: [RejectedInput]

  /// Lists what is at `url`, takes from the cache what was measured before, measures the rest on
  /// all cores, and remembers it.
  ///
  /// - Parameter progress: called with how many of the files have been measured; what it throws
  ///   ends the measuring.
  /// - Throws: `StirError.Code.missingInput` if there is no sound file at `url`.
  init(
    at url: URL, cacheFolder: URL?,
    progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
  ) throws {
    let listing = try FolderListing(
      url, extensions: AudioModality.knownExtensions, noun: "sound file")
    folder = listing.folder
    unlisted = listing.rejected
    let cache = cacheFolder.map { AudioIndexCache(of: url.standardizedFileURL.path, in: $0) }
    files = try measured(listing, cache: cache, progress: progress)
  }
}

/// All entries of `listing` with what is known of them, in their order.
private func measured(
  _ listing: FolderListing, cache: AudioIndexCache?,
  progress: (_ done: Int, _ total: Int) throws -> Void
) throws -> [AudioFile] {
  let (entries, folder) = (listing.entries, listing.folder)
  var known = cache?.load() ?? [:]
  let remembered = known.count
  let current = entries.map { entry in known[entry.path].map { $0.isCurrent(entry) } ?? false }
  let missing = entries.indices.filter { !current[$0] }

  func remember() { cache?.save(entries.lazy.compactMap { known[$0.path] }) }
  var saved = Date()
  // A chunk at a time, so that what was measured is not lost when a long scan is interrupted.
  for start in stride(from: 0, to: missing.count, by: 64) {
    let chunk = missing[start..<min(start + 64, missing.count)].map { entries[$0] }
    for file in try concurrentMap(chunk.count, { AudioFile(measuring: chunk[$0], in: folder) }) {
      known[file.path] = file
    }
    do {
      try progress(start + chunk.count, missing.count)
    } catch {
      remember()
      throw error
    }
    if Date().timeIntervalSince(saved) > 20 {
      remember()
      saved = Date()
    }
  }
  if !missing.isEmpty || remembered > entries.count { remember() }
  return entries.compactMap { known[$0.path] }
}
