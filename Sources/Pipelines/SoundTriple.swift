import Audio
import Foundation
import Modality

/// Three recordings that belong together: speech, the same with noise, and what a denoiser made of
/// that.
struct SoundTriple: Sendable {
  /// The path in the folder of clean files without its extension; for single files the name.
  let name: String
  let clean: URL
  let noisy: URL
  let estimate: URL

  /// The triples at three files or in three folders, sorted by name, and notes of what is left over.
  ///
  /// - Throws: `StirError.Code.missingInput` for a clean file without a partner, `.invalidData` for
  ///   one with several, `.configuration` for files beside folders.
  static func at(
    clean: URL, noisy: URL, estimate: URL
  ) throws -> (triples: [SoundTriple], notes: [(text: String, file: String)]) {
    let paths = [clean, noisy, estimate]
    let sets = try paths.map(SoundSet.init)
    let folders = paths.filter(isFolder)
    guard folders.count == 3 else {
      guard folders.isEmpty else {
        throw StirError(
          .configuration,
          "\(folders[0].path) is a folder; expected three files or three folders")
      }
      let name = clean.deletingPathExtension().lastPathComponent
      return ([SoundTriple(name: name, clean: clean, noisy: noisy, estimate: estimate)], [])
    }
    let (truth, others) = (sets[0], sets[1...])
    let triples = try truth.files.keys.sorted().map { name in
      let files = try sets.map { try $0.file(name, of: truth) }
      return SoundTriple(name: name, clean: files[0], noisy: files[1], estimate: files[2])
    }
    let extra = others.flatMap { set in
      set.files.filter { truth.files[$0.key] == nil }.values.sorted().map {
        (text: "in \(set.folder) without a clean file, left out", file: $0)
      }
    }
    return (triples, truth.unreadable + extra)
  }
}

/// The sound files of a folder by their paths without extension.
private struct SoundSet {
  let folder: String
  private(set) var files: [String: String] = [:]
  /// Links that lead nowhere and the like.
  let unreadable: [(text: String, file: String)]

  init(_ url: URL) throws {
    let listing = try FolderListing(
      url, extensions: AudioModality.knownExtensions, noun: "sound file")
    folder = listing.folder
    unreadable = listing.rejected.map { (text: $0.reason, file: $0.name) }
    for entry in listing.entries {
      let name = (entry.path as NSString).deletingPathExtension
      if let other = files.updateValue(entry.path, forKey: name) {
        throw StirError(
          .invalidData,
          "\(folder) has \(other) and \(entry.path), which differ in their extension only; "
            + "expected one file of a name")
      }
    }
  }

  /// The file of `name`, which `truth` has.
  func file(_ name: String, of truth: SoundSet) throws -> URL {
    guard let path = files[name] else {
      throw StirError(
        .missingInput,
        "\(folder) has no partner of \(truth.files[name] ?? name) in \(truth.folder); expected a "
          + "sound file \(name).wav there, or with another extension")
    }
    return URL(fileURLWithPath: folder).appendingPathComponent(path)
  }
}

private func isFolder(_ url: URL) -> Bool {
  var isFolder: ObjCBool = false
  return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
    && isFolder.boolValue
}
