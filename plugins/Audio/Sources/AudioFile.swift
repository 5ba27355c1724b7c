import Modality

/// What the index knows of one sound file, about 200 bytes.
struct AudioFile: Hashable, Sendable {
  /// Relative to the folder that is indexed.
  var path: String
  /// In bytes; with `modified`, tells whether the file is still the one that was measured.
  var size: Int
  /// In nanoseconds since 1970.
  var modified: Int
  /// Why the file cannot be used, whatever the configuration; nil if it can.
  var fault: String?
  var format = SoundFormat(rate: 0, channels: 0, code: 0)
  /// The frames that can be decoded.
  var frames = 0
  /// Of all channels together.
  var levels = Levels()
  /// How often a channel stays at full scale for three samples or more.
  var clippedRuns = 0
  /// Equal for files that decode to the same samples.
  var contentHash: UInt64 = 0

  /// In seconds.
  var duration: Double { format.rate > 0 ? Double(frames) / Double(format.rate) : 0 }

  init(_ entry: FolderListing.Entry) {
    (path, size, modified) = (entry.path, entry.size, entry.modified)
  }

  /// Whether this was measured from what `entry` lists.
  func isCurrent(_ entry: FolderListing.Entry) -> Bool {
    (path, size, modified) == (entry.path, entry.size, entry.modified)
  }
}
