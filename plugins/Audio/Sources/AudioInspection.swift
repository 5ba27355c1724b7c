import Foundation
import Modality

/// What a folder of recordings holds, counted.
struct AudioInspection {
  private let folder: String
  private let usable: [AudioFile]
  private let silent: [AudioFile]
  private let unusable: [RejectedInput]
  private let configuration: AudioConfiguration
  private let items: Int

  init(_ index: AudioIndex, configuration: AudioConfiguration) {
    folder = index.folder
    self.configuration = configuration
    let sound = index.files.filter { $0.fault == nil }
    silent = sound.filter { $0.levels.isSilent(below: configuration.silenceDecibels) }
    usable = sound.filter { !$0.levels.isSilent(below: configuration.silenceDecibels) }
    unusable =
      index.unlisted
      + index.files.compactMap { file in
        file.fault.map { RejectedInput(name: file.path, reason: $0) }
      }
    items = (try? AudioDataSet(index, configuration: configuration).count) ?? 0
  }

  func report() throws -> InspectionReport {
    InspectionReport(text: text, json: try JSONValue(encoding: summary))
  }

  /// The files that decode to the same samples, in groups of two or more.
  private var duplicates: [[String]] {
    let groups = Dictionary(grouping: usable) { [$0.contentHash, UInt64($0.frames)] }
    return groups.values.filter { $0.count > 1 }.map { $0.map(\.path).sorted() }
      .sorted { $0[0] < $1[0] }
  }

  private var clipped: [AudioFile] { usable.filter { $0.clippedRuns > 0 } }

  private func counts(_ name: (AudioFile) -> String) -> [String: Int] {
    Dictionary(usable.map { (name($0), 1) }, uniquingKeysWith: +)
  }

  private func encoding(of file: AudioFile) -> String {
    "\(file.format.container), \(file.format.encoding)"
  }
}

// MARK: for scripts

extension AudioInspection {
  private struct Range: Codable {
    var lowest, median, highest: Double

    init?(_ values: [Double]) {
      guard let low = values.min(), let middle = Audio.median(values), let high = values.max()
      else { return nil }
      (lowest, median, highest) = (low, middle, high)
    }
  }

  private struct Clipping: Codable {
    var name: String
    var runs: Int
  }

  private struct Summary: Codable {
    var kind = "audio"
    var folder: String
    var recordings: Int
    var items: Int
    var totalSeconds: Double
    var seconds: Range?
    var rates, channels, encodings: [String: Int]
    var peakDecibels, rmsDecibels, loudDecibels: Range?
    var clipped: [Clipping]
    var duplicates: [[String]]
    var silent: [String]
    var unusable: [RejectedInput]

    enum CodingKeys: String, CodingKey {
      case kind, folder, recordings, items, seconds, rates, channels, encodings
      case clipped, duplicates, silent, unusable
      case totalSeconds = "total_seconds"
      case peakDecibels = "peak_dbfs"
      case rmsDecibels = "rms_dbfs"
      case loudDecibels = "loud_part_dbfs"
    }
  }

  private var summary: Summary {
    Summary(
      folder: folder, recordings: usable.count, items: items,
      totalSeconds: usable.reduce(0) { $0 + $1.duration },
      seconds: Range(usable.map(\.duration)),
      rates: counts { String($0.format.rate) }, channels: counts { String($0.format.channels) },
      encodings: counts(encoding),
      peakDecibels: Range(usable.map { dBFS($0.levels.peak) }),
      rmsDecibels: Range(usable.map { dBFS($0.levels.rms) }),
      loudDecibels: Range(usable.map { dBFS($0.levels.loud) }),
      clipped: clipped.map { Clipping(name: $0.path, runs: $0.clippedRuns) },
      duplicates: duplicates, silent: silent.map(\.path), unusable: unusable)
  }
}

// MARK: for people

extension AudioInspection {
  private var text: String {
    let summary = summary
    let levels = { (range: Range?) in
      range.map {
        "\(decimal($0.lowest)) to \(decimal($0.highest)) dBFS, median \(decimal($0.median))"
      }
        ?? "-"
    }
    let times = summary.seconds.map {
      "\(duration($0.lowest)) to \(duration($0.highest)), median \(duration($0.median))"
    }
    let (length, rate) = (configuration.length, configuration.sampleRate)
    let rows: [(String, String)] = [
      ("recordings", "\(usable.count), \(duration(summary.totalSeconds)) in all"),
      (
        "items",
        "\(items) of \(length) samples at \(rate) Hz, \(duration(Double(length) / Double(rate)))"
      ),
      ("durations", times ?? "-"),
      ("rates", table(summary.rates) { "\($0) Hz" }),
      ("channels", table(summary.channels) { $0 }),
      ("encodings", table(summary.encodings) { $0 }),
      ("peaks", levels(summary.peakDecibels)),
      ("RMS", levels(summary.rmsDecibels)),
      ("loud part", levels(summary.loudDecibels)),
      (
        "clipping",
        list(clipped.map { "\($0.path): \(counted($0.clippedRuns, "time")) at full scale" })
      ),
      ("duplicates", list(duplicates.map { $0.joined(separator: " = ") })),
      ("silent", list(silent.map(\.path))),
      ("unusable", list(unusable.map { "\($0.name): \($0.reason)" })),
    ]
    return ([folder] + rows.map { $0.0.padding(toLength: 14, withPad: " ", startingAt: 0) + $0.1 })
      .joined(separator: "\n")
  }

  /// The counts, most frequent first.
  private func table(_ counts: [String: Int], _ name: (String) -> String) -> String {
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let shown = sorted.map { sorted.count == 1 ? name($0.key) : "\(name($0.key)) (\($0.value))" }
    return shown.isEmpty ? "-" : shown.joined(separator: ", ")
  }

  /// How many there are, and the first ten below each other.
  private func list(_ lines: [String]) -> String {
    guard !lines.isEmpty else { return "none" }
    let more = lines.count > 10 ? ["and \(lines.count - 10) more"] : []
    return ([String(lines.count)] + (lines.prefix(10) + more).map { "  " + $0 })
      .joined(separator: "\n")
  }
}
