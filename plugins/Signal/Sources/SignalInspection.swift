import Foundation
import Modality

/// What a folder of signals holds, counted.
struct SignalInspection {
  private let index: SignalIndex
  private let data: SignalDataSet?
  private let configuration: SignalConfiguration
  private let ranges: [ValueRange]

  /// - Throws: what reading the windows throws that tell the range of values.
  init(_ index: SignalIndex, configuration: SignalConfiguration) throws {
    self.index = index
    self.configuration = configuration
    do { data = try SignalDataSet(index, configuration: configuration) } catch let error
      as StirError
      where error.code == .invalidData && index.keepingUsable(configuration).recordings.isEmpty
    {
      data = nil
    }
    ranges = try data.map { try valueRanges(of: $0, configuration) } ?? []
  }

  func report() throws -> InspectionReport {
    InspectionReport(text: text, json: try JSONValue(encoding: summary))
  }
}

/// Values of a channel or condition column in up to 200 windows, in the unit.
private struct ValueRange: Codable {
  var name: String
  var lowest, mean, highest: Double
}

private func valueRanges(
  of data: SignalDataSet, _ configuration: SignalConfiguration
) throws -> [ValueRange] {
  let reader = WindowReader(index: data.index, windows: data.windows, configuration: configuration)
  let looked = min(200, data.count)
  let windows = try (0..<looked).map {
    try reader.window($0 * data.count / looked, seed: nil).values
  }
  let length = configuration.length
  return ColumnChoice(configuration).headings.enumerated().map { column, name in
    let values = windows.lazy.flatMap { $0[(column * length)..<((column + 1) * length)] }
    var (low, high, sum) = (Float.infinity, -Float.infinity, 0.0)
    for value in values {
      (low, high) = (min(low, value), max(high, value))
      sum += Double(value)
    }
    return ValueRange(
      name: name, lowest: Double(low), mean: sum / Double(looked * length), highest: Double(high))
  }
}

// MARK: for scripts

extension SignalInspection {
  private struct Filled: Codable {
    var name: String
    var gaps: Int
    var values: Int
    var first: String
  }

  private struct Summary: Codable {
    var kind = "signal"
    var folder: String
    var recordings: Int
    var items: Int
    var length: Int
    /// In Hz; 1 where nothing tells.
    var samplingRate: Double
    var totalSamples: Int
    var samples: [String: Int]
    var events: Int
    var sections: Int
    var annotations: Int
    var channels: [ValueRange]
    var labels: [String]
    var filled: [Filled]
    var unusable: [RejectedInput]

    enum CodingKeys: String, CodingKey {
      case kind, folder, recordings, items, length, samples, events, sections, annotations
      case channels, labels, filled, unusable
      case samplingRate = "sampling_rate"
      case totalSamples = "total_samples"
    }
  }

  private var recordings: [Recording] { data?.recordings ?? [] }

  private var summary: Summary {
    let lengths = recordings.map(\.frames).sorted()
    let range = ["lowest": lengths.first, "highest": lengths.last]
    return Summary(
      folder: index.folder, recordings: recordings.count, items: data?.count ?? 0,
      length: configuration.length, samplingRate: index.samplingRate,
      totalSamples: lengths.reduce(0, +), samples: range.compactMapValues { $0 },
      events: recordings.reduce(0) { $0 + $1.events.count },
      sections: data?.windows.sections ?? 0, annotations: index.annotations, channels: ranges,
      labels: data?.labels ?? [], filled: recordings.compactMap(filled),
      unusable: data?.rejected ?? index.keepingUsable(configuration).rejected)
  }

  private func filled(_ recording: Recording) -> Filled? {
    let gaps = recording.gaps.bridged(configuration, frames: recording.frames).joined()
      .sorted { $0.start < $1.start }
    return gaps.first.map { first in
      Filled(
        name: recording.path, gaps: gaps.count, values: gaps.reduce(0) { $0 + $1.count },
        first: first.place)
    }
  }
}

// MARK: for people

extension SignalInspection {
  private var text: String {
    let summary = summary
    let rate = summary.samplingRate
    let seconds = { (samples: Int) in duration(Double(samples) / rate) }
    let unit = configuration.unit.isEmpty ? "" : " \(configuration.unit)"
    let channels = ranges.map {
      "\($0.name): \(decimal($0.lowest)) to \(decimal($0.highest))\(unit), mean \(decimal($0.mean))"
    }
    var rows: [(String, String)] = [
      ("recordings", "\(recordings.count), \(seconds(summary.totalSamples)) in all"),
      (
        "items",
        "\(summary.items) of \(configuration.channelCount) × \(configuration.length) samples, "
          + seconds(configuration.length)
      ),
      (
        "durations",
        summary.samples["lowest"].map {
          "\(seconds($0)) to \(seconds(summary.samples["highest"] ?? $0))"
        } ?? "-"
      ),
      ("rate", "\(decimal(rate)) Hz"),
      ("channels", list(channels)),
    ]
    if !configuration.events.isEmpty { rows.append((configuration.events, "\(summary.events)")) }
    if summary.sections > 0 {
      rows.append(("sections", "\(summary.sections), for there is one recording only"))
    }
    rows += [
      ("classes", summary.labels.isEmpty ? "none" : summary.labels.joined(separator: ", ")),
      ("passed over", counted(summary.annotations, "file") + " about recordings"),
      (
        "gaps filled",
        list(
          summary.filled.map {
            "\($0.name): \(counted($0.gaps, "gap")) of \(counted($0.values, "value")) in all, "
              + "the first in \($0.first)"
          })
      ),
      ("unusable", list(summary.unusable.map { "\($0.name): \($0.reason)" })),
    ]
    return
      ([index.folder] + rows.map { $0.0.padding(toLength: 14, withPad: " ", startingAt: 0) + $0.1 })
      .joined(separator: "\n")
  }

  /// How many there are, and the first ten below each other.
  private func list(_ lines: [String]) -> String {
    guard !lines.isEmpty else { return "none" }
    let more = lines.count > 10 ? ["and \(lines.count - 10) more"] : []
    return ([String(lines.count)] + (lines.prefix(10) + more).map { "  " + $0 })
      .joined(separator: "\n")
  }
}
