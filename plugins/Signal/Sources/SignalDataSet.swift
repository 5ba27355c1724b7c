import Foundation
import Modality

/// Recordings on disk, from which each item reads its window.
struct SignalDataSet: DataSet {
  let index: SignalIndex
  let windows: Windows
  /// The configured mean and scale, or those that were measured here.
  let scaling: Scaling
  let rejected: [RejectedInput]
  private let configuration: SignalConfiguration
  private let classes: ClassNames

  /// The usable recordings.
  var recordings: [Recording] { index.recordings }

  /// - Throws: `StirError.Code.invalidData` if no recording holds a window.
  init(_ all: SignalIndex, configuration: SignalConfiguration) throws {
    let judged = all.keepingUsable(configuration)
    guard !judged.recordings.isEmpty else {
      throw judged.rejected.nothingUsable("signal file", in: judged.folder)
    }
    self.configuration = configuration
    index = judged
    rejected = judged.rejected
    windows = try Windows(judged.recordings, configuration)
    classes = ClassNames(
      configuration.labels, paths: judged.recordings.map(\.path), folder: judged.folder)
    let reader = WindowReader(index: judged, windows: windows, configuration: configuration)
    scaling = try Scaling(configuration) ?? reader.measured()
  }

  var count: Int { windows.count }

  var labels: [String] { classes.names }

  /// The recording's path; of the only recording, the section, such as `100.npy (3 of 20)`.
  func source(of index: Int) -> String {
    let stretch = windows.place(of: index).stretch
    let path = recordings[stretch.recording].path
    return stretch.section.map { "\(path) (\($0 + 1) of \(windows.sections))" } ?? path
  }

  /// - Throws: `StirError.Code.missingInput` or `.invalidData` for a file that has changed since
  ///   it was looked at.
  func item(at index: Int, seed: UInt64) throws -> Item {
    let reader = WindowReader(index: self.index, windows: windows, configuration: configuration)
    let window = try reader.window(index, seed: configuration.crop == .random ? seed : nil)
    let (length, channels) = (configuration.length, configuration.channelCount)
    var values = window.values
    for column in 0..<configuration.valueCount {
      for at in (column * length)..<((column + 1) * length) {
        values[at] = scaling.normalized(values[at], column)
      }
    }
    let conditions = (channels..<configuration.valueCount).map {
      Array(values[($0 * length)..<(($0 + 1) * length)])
    }
    return Item(
      shape: [channels, length], values: Array(values[..<(channels * length)]),
      label: classes.label(of: windows.place(of: index).stretch.recording),
      conditions: conditions + (window.events.map { [$0] } ?? []))
  }
}

extension SignalIndex {
  /// This without the recordings that hold no window, and with what is left out of others.
  func keepingUsable(_ configuration: SignalConfiguration) -> SignalIndex {
    var kept: [Recording] = []
    var left = rejected
    for recording in recordings {
      let gaps = recording.gaps.open(configuration, frames: recording.frames)
      let isUsable = !stretchesBetweenGaps(of: recording, configuration).isEmpty
      if isUsable { kept.append(recording) }
      let (frames, length) = (recording.frames, configuration.length)
      if frames < length, !configuration.pad {
        left.append(
          RejectedInput(
            name: recording.path,
            reason: "has \(counted(frames, "sample")), fewer than an item's \(length); "
              + "lower length, or set pad"))
      } else if let first = gaps.first {
        let samples = gaps.reduce(0) { $0 + $1.gap.count }
        let what =
          "\(counted(gaps.count, "gap")) of \(counted(samples, "missing value")) in all, "
          + "the first in \(first.gap.place)"
        left.append(
          RejectedInput(
            name: recording.path,
            reason: isUsable
              ? "is used without \(what)"
              : "has no \(length) samples without a gap: \(what)"))
      }
    }
    return SignalIndex(self, recordings: kept, rejected: left.sorted { $0.name < $1.name })
  }
}
