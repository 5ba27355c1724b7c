import Foundation
import Modality

/// The header (`.hea`) of a WFDB record: how the whole numbers in its `.dat` become values.
///
/// Reference: header(5) of the WFDB Applications Guide, PhysioNet.
struct WaveformHeader: Hashable, Sendable {
  struct Signal: Hashable, Sendable {
    var name: String
    /// Whole numbers for each unit.
    var gain: Double
    /// The number that stands for 0 units.
    var baseline: Double
  }

  /// In Hz.
  var samplingRate: Double
  /// For each signal; 0 if the header does not tell.
  var samples: Int
  var signals: [Signal]
  /// The bytes of the `.dat` before its first sample.
  var offset: Int

  /// - Parameters:
  ///   - text: of the header.
  ///   - file: the name of the `.dat`.
  /// - Throws: `StirError.Code.invalidData` naming the line; for other formats than 16 too.
  init(_ text: String, for file: String) throws {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated().map { (number: $0 + 1, words: $1.split { $0 == " " || $0 == "\t" }) }
      .filter { !$0.words.isEmpty && !$0.words[0].hasPrefix("#") }
    guard let record = lines.first, record.words.count >= 2 else {
      throw malformed("line 1: expected a record's name and its number of signals")
    }
    let place = "line \(record.number)"
    guard !record.words[0].contains("/") else {
      throw malformed("\(place): a record of several segments is not read")
    }
    guard let count = Int(record.words[1]), (1...65_536).contains(count) else {
      throw malformed("\(place): expected 1 to 65536 signals, found \(record.words[1])")
    }
    guard lines.count > count else {
      throw malformed(
        "\(place) promises \(counted(count, "signal")), \(lines.count - 1) are described")
    }
    let rate = record.words.dropFirst(2).first?.prefix { $0 != "/" && $0 != "(" } ?? "250"
    guard let hertz = Double(rate), hertz > 0, hertz <= 1e9 else {
      throw malformed("\(place): expected a rate up to 1000000000 Hz, found \(rate)")
    }
    samplingRate = hertz
    let length = record.words.dropFirst(3).first ?? "0"
    guard let samples = Int(length), samples >= 0 else {
      throw malformed("\(place): expected a number of samples, found \(length)")
    }
    self.samples = samples
    (signals, offset) = ([], 0)
    for (number, words) in lines[1...count] {
      do {
        let (signal, start) = try parsedSignal(words, of: file)
        signals.append(signal)
        if signals.count == 1 { offset = start }
      } catch let error as StirError {
        throw error.located("line \(number)")
      }
    }
  }
}

/// `file format [gain [resolution [zero [initial [checksum [block [description]]]]]]]`.
private func parsedSignal(
  _ words: [Substring], of file: String
) throws -> (signal: WaveformHeader.Signal, offset: Int) {
  guard words.count >= 2 else { throw malformed("expected a file and its format") }
  guard words[0] == file else {
    throw malformed("the signal is in \(words[0]); only records whose one file is \(file) are read")
  }
  let format = words[1].prefix { $0.isNumber }
  var offset = 0
  guard format == "16" else {
    throw malformed("WFDB format \(words[1]) is not read, only 16; convert it with xform -O 16")
  }
  let rest = words[1].dropFirst(format.count)
  if rest.hasPrefix("+"), let bytes = Int(rest.dropFirst()), (0..<(1 << 60)).contains(bytes) {
    offset = bytes
  } else if !rest.isEmpty {
    throw malformed(
      "format \(words[1]): several samples a frame and skewed signals are not read")
  }
  let zero = words.count > 4 ? Double(words[4]) ?? .nan : 0
  var (gain, baseline) = (200.0, zero)
  if words.count > 2 {
    let parts = words[2].prefix { $0 != "/" }
    let number = parts.prefix { $0 != "(" }
    gain = Double(number) ?? .nan
    if let inner = parts.dropFirst(number.count).dropFirst().split(separator: ")").first {
      baseline = Double(inner) ?? .nan
    }
  }
  guard gain.isFinite, baseline.isFinite else {
    throw malformed("expected numbers for gain and baseline, found \(words[2])")
  }
  // A gain of 0 means that the signal is not calibrated, for which 200 is the rule.
  if gain == 0 { gain = 200 }
  return (
    WaveformHeader.Signal(
      name: words.dropFirst(8).joined(separator: " "), gain: gain, baseline: baseline), offset
  )
}

extension SampleTable {
  /// The table in a `.dat` as its header describes it.
  static func dat(_ file: InputFile, _ header: WaveformHeader) throws -> SampleTable {
    let width = header.signals.count
    let there = max(0, file.size - header.offset) / (2 * width)
    guard there >= header.samples else {
      throw malformed(
        "is cut short: its header promises \(counted(header.samples, "sample")), \(there) are there"
      )
    }
    return SampleTable(
      offset: header.offset, element: .int16, frames: header.samples > 0 ? header.samples : there,
      width: width, isColumnMajor: width == 1,
      calibration: SampleTable.Calibration(
        factors: header.signals.map { 1 / $0.gain }, baselines: header.signals.map(\.baseline),
        missing: -32_768))
  }

  /// The table in a file that is nothing but little-endian whole numbers of 16 bits.
  static func raw(_ file: InputFile, _ configuration: SignalConfiguration) throws -> SampleTable {
    let width = configuration.rawChannels
    guard file.size.isMultiple(of: 2 * width) else {
      throw malformed(
        "has \(file.size) bytes, no multiple of \(2 * width) (\(counted(width, "channel")) of "
          + "16 bits); it is cut short, or raw_channels is wrong")
    }
    return SampleTable(
      offset: 0, element: .int16, frames: file.size / (2 * width), width: width,
      isColumnMajor: width == 1,
      calibration: configuration.factor == 1
        ? nil
        : SampleTable.Calibration(
          factors: Array(repeating: configuration.factor, count: width),
          baselines: Array(repeating: 0, count: width)))
  }
}
