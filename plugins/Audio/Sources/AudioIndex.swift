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
  /// - Throws: `StirError.Code.missingInput` if there is no sound file at `url`.
  init(at url: URL, cacheFolder: URL?) throws {
    let listing = try FolderListing(url)
    guard !listing.entries.isEmpty || !listing.rejected.isEmpty else {
      let extensions = AudioModality.knownExtensions.sorted().joined(separator: " ")
      let others = listing.otherFiles == 0 ? "" : ", only \(counted(listing.otherFiles, "other file"))"
      throw StirError(
        .missingInput,
        "\(listing.folder) holds no sound files\(others); expected files that end in one of "
          + extensions)
    }
    folder = listing.folder
    unlisted = listing.rejected
    let cache = cacheFolder.map { AudioIndexCache(of: url.standardizedFileURL.path, in: $0) }
    files = measured(listing, cache: cache)
  }
}

/// All entries of `listing` with what is known of them, in their order.
private func measured(_ listing: FolderListing, cache: AudioIndexCache?) -> [AudioFile] {
  let entries = listing.entries
  var known = cache?.load() ?? [:]
  let remembered = known.count
  let current = entries.map { entry in known[entry.path].map { $0.isCurrent(entry) } ?? false }
  let missing = entries.indices.filter { !current[$0] }

  func remember() { cache?.save(entries.lazy.compactMap { known[$0.path] }) }
  var saved = Date()
  // A chunk at a time, so that what was measured is not lost when a long scan is interrupted.
  for start in stride(from: 0, to: missing.count, by: 256) {
    let chunk = missing[start..<min(start + 256, missing.count)]
    for file in measure(chunk.map { entries[$0] }, in: listing.folder) { known[file.path] = file }
    if Date().timeIntervalSince(saved) > 20 {
      remember()
      saved = Date()
    }
  }
  if !missing.isEmpty || remembered > entries.count { remember() }
  return entries.compactMap { known[$0.path] }
}

/// Measures files on all cores.
private func measure(_ entries: [FolderListing.Entry], in folder: String) -> [AudioFile] {
  let results = Results(count: entries.count)
  DispatchQueue.concurrentPerform(iterations: entries.count) {
    results.set($0, AudioFile(measuring: entries[$0], in: folder))
  }
  return results.files
}

/// Slots that threads fill independently.
private final class Results: @unchecked Sendable {
  private let lock = NSLock()
  private var slots: [AudioFile?]

  init(count: Int) { slots = Array(repeating: nil, count: count) }

  var files: [AudioFile] { lock.withLock { slots.compactMap { $0 } } }

  func set(_ index: Int, _ file: AudioFile) { lock.withLock { slots[index] = file } }
}
