import Foundation
import Modality

/// The files of samples at a place, each looked at once.
struct SignalIndex: Sendable {
  /// The absolute path that the recordings' paths start from.
  let folder: String
  /// Sorted by path.
  private(set) var recordings: [Recording] = []
  private(set) var rejected: [RejectedInput]
  /// How many files tell of recordings and are none.
  private(set) var annotations = 0
  /// In Hz; 1 if nothing tells it.
  private(set) var samplingRate: Double

  /// - Parameter progress: called with how many of the files were looked at; what it throws ends
  ///   the looking.
  /// - Throws: `StirError.Code.missingInput` if there is no file of samples at `url`;
  ///   `.unwritableOutput` if a temporary file is needed and cannot be written.
  init(
    at url: URL, _ configuration: SignalConfiguration,
    progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws {
    let listing = try FolderListing(url, extensions: FileKind.extensions, noun: "signal file")
    folder = listing.folder
    rejected = listing.rejected
    samplingRate = configuration.samplingRate
    var paths = listing.entries.map(\.path)
    // A file that is named itself is read, whatever its name.
    if listing.folder == url.standardizedFileURL.path {
      let stems = Set(paths.filter { FileKind($0) != .text }.map(EventList.stem))
      paths.removeAll {
        EventList.isAnnotation($0, recordings: stems, suffix: configuration.events)
      }
      annotations = listing.entries.count - paths.count
    }
    var shared: Spool?
    let spool = { () throws -> Spool in
      if let shared { return shared }
      let new = try Spool()
      shared = new
      return new
    }
    for (number, path) in paths.enumerated() {
      do {
        let recording = try Recording(path, in: folder, configuration, spool: spool)
        try agree(on: recording.samplingRate, configuration)
        recordings.append(recording)
      } catch let error as StirError where error.code != .unwritableOutput {
        rejected.append(RejectedInput(name: path, reason: error.message))
      }
      try progress(number + 1, paths.count)
    }
    if samplingRate == 0 { samplingRate = 1 }
  }

  /// `all` with other recordings and reasons.
  init(_ all: SignalIndex, recordings: [Recording], rejected: [RejectedInput]) {
    self = all
    (self.recordings, self.rejected) = (recordings, rejected)
  }

  /// One rate for all: the configured one, or that of the first recording that tells its own.
  private mutating func agree(on rate: Double?, _ configuration: SignalConfiguration) throws {
    guard let rate else { return }
    if samplingRate == 0 { samplingRate = rate }
    guard abs(rate - samplingRate) > 1e-6 * samplingRate else { return }
    let reason =
      configuration.samplingRate > 0
      ? "sampling_rate is" : "the recordings before it are sampled at"
    throw malformed(
      "is sampled at \(decimal(rate)) Hz, and \(reason) \(decimal(samplingRate)) Hz; "
        + "rates are never converted")
  }
}
