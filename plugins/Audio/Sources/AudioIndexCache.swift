import Foundation
import Modality

/// A small file that remembers what was measured in one data folder, one line a sound file.
///
/// It only spares time: what is not there, not readable or out of date is measured again.
struct AudioIndexCache {
  private static let heading = "stir audio index 1"
  let url: URL

  /// The cache of the data at the absolute path `folder`.
  init(of folder: String, in cacheFolder: URL) {
    let hash = folder.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    url = cacheFolder.appendingPathComponent(String(hash, radix: 16) + ".tsv")
  }

  /// `$XDG_CACHE_HOME/stir/audio-index`, or the same in `~/.cache`; nil if neither is known.
  static func standardFolder() -> URL? {
    let environment = ProcessInfo.processInfo.environment
    let home = environment["HOME"].map { $0 + "/.cache" }
    // The XDG base directory specification has relative paths ignored.
    guard
      let base = [environment["XDG_CACHE_HOME"], home].compactMap({ $0 }).first(where: {
        $0.hasPrefix("/")
      })
    else { return nil }
    return URL(fileURLWithPath: base).appendingPathComponent("stir/audio-index")
  }

  /// What is remembered, by path; empty if there is nothing of use.
  func load() -> [String: AudioFile] {
    guard let data = try? Data(contentsOf: url) else { return [:] }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    guard lines.first.map(String.init) == Self.heading else { return [:] }
    let files = lines.dropFirst().compactMap { AudioFile(cacheLine: $0) }
    return Dictionary(files.map { ($0.path, $0) }) { $1 }
  }

  /// Remembers `files`; a cache that cannot be written is done without.
  func save(_ files: some Sequence<AudioFile>) {
    try? writeAtomically(to: url) { append in
      try append(Data((Self.heading + "\n").utf8))
      for file in files {
        if let line = file.cacheLine { try append(Data((line + "\n").utf8)) }
      }
    }
  }
}

extension AudioFile {
  /// The fields with tabs between them; nil if a name would break the line, or if the file could
  /// not be opened: the reason may pass without a change of the file, and trying again is cheap.
  fileprivate var cacheLine: String? {
    guard format.rate > 0 else { return nil }
    let fields: [String] = [
      "\(size)", "\(modified)", "\(format.rate)", "\(format.channels)", "\(format.code)",
      "\(frames)", "\(levels.peak)", "\(levels.rms)", "\(levels.loudest)", "\(levels.loud)",
      "\(clippedRuns)", "\(contentHash)", fault ?? "", path,
    ]
    let breaks = fields.contains { field in field.utf8.contains { $0 == 9 || $0 == 10 } }
    return breaks ? nil : fields.joined(separator: "\t")
  }

  fileprivate init?(cacheLine: Substring) {
    let fields = cacheLine.split(separator: "\t", omittingEmptySubsequences: false)
    guard fields.count == 14, let size = Int(fields[0]), let modified = Int(fields[1]),
      let rate = Int(fields[2]), let channels = Int(fields[3]), let code = Int32(fields[4]),
      let frames = Int(fields[5]), let peak = Float(fields[6]), let rms = Float(fields[7]),
      let loudest = Float(fields[8]), let loud = Float(fields[9]), let runs = Int(fields[10]),
      let hash = UInt64(fields[11])
    else { return nil }
    self.init(.init(path: String(fields[13]), size: size, modified: modified))
    fault = fields[12].isEmpty ? nil : String(fields[12])
    format = SoundFormat(rate: rate, channels: channels, code: code)
    self.frames = frames
    levels = Levels(peak: peak, rms: rms, loudest: loudest, loud: loud)
    (clippedRuns, contentHash) = (runs, hash)
  }
}
