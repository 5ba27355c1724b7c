import Foundation
import Modality

extension SignalModality {
  /// Writes an item in its unit, as CSV with a column of seconds or as a NumPy array of float32
  /// [time, columns], as `url`'s extension says.
  ///
  /// The conditions of an item that has them follow its channels, so that the file reads as what
  /// the item was. What stood at `url` stays until all of the new file is on the disk.
  ///
  /// - Parameter item: [channels, time] of any time.
  /// - Throws: `StirError.Code.unwritableOutput`; `.configuration` for another extension;
  ///   `.invalidData` for another shape or values that are not numbers.
  public func write(_ item: Item, to url: URL) throws {
    guard
      let container = SignalConfiguration.Container(rawValue: url.pathExtension.lowercased())
    else {
      throw StirError(
        .configuration, "cannot write \(url.path): expected a name that ends in .csv or .npy")
    }
    let columns = try restoredColumns(of: item, for: url)
    let frames = item.shape[1]
    switch container {
    case .csv: try writeText(columns, frames: frames, to: url)
    case .npy: try writeArray(columns, frames: frames, to: url)
    }
  }

  /// Channels, condition columns, events, each in the unit.
  private func restoredColumns(of item: Item, for url: URL) throws -> [[Float]] {
    try layout.requireAdmitted(item.shape)
    let frames = item.shape[1]
    let scaling = Scaling(configuration) ?? Scaling(identity: configuration.valueCount)
    var columns = (0..<configuration.channelCount).map { channel in
      item.values[(channel * frames)..<((channel + 1) * frames)].map {
        scaling.restored($0, channel)
      }
    }
    if !item.conditions.isEmpty {
      guard item.conditions.count == conditions.count,
        item.conditions.allSatisfy({ $0.count == frames })
      else {
        throw malformed(
          "cannot write \(url.path): expected \(counted(conditions.count, "condition")) of "
            + "\(frames) values, found \(item.conditions.map(\.count))")
      }
      for (number, condition) in item.conditions.enumerated() {
        let column = columns.count
        columns.append(
          number < configuration.conditionColumns.count
            ? condition.map { scaling.restored($0, column) } : condition)
      }
    }
    for column in columns {
      guard let bad = column.firstIndex(where: { !$0.isFinite }) else { continue }
      throw malformed("cannot write \(url.path): the value at sample \(bad) is not a number")
    }
    return columns
  }

  private func writeText(_ columns: [[Float]], frames: Int, to url: URL) throws {
    let names = ColumnChoice(configuration).headings + [configuration.events]
    let rate = configuration.samplingRate > 0 ? configuration.samplingRate : 1
    try writeAtomically(to: url) { (append: (Data) throws -> Void) in
      var text = (["time"] + names.prefix(columns.count)).map(quoted).joined(separator: ",") + "\n"
      for frame in 0..<frames {
        text += decimalTime(Double(frame) / rate, rate: rate)
        for column in columns { text += "," + shortest(column[frame]) }
        text += "\n"
        if text.utf8.count >= 1 << 16 {
          try append(Data(text.utf8))
          text = ""
        }
      }
      try append(Data(text.utf8))
    }
  }

  private func writeArray(_ columns: [[Float]], frames: Int, to url: URL) throws {
    let choice = ColumnChoice(configuration)
    // What stands in column k of the array.
    let order = (0..<columns.count).sorted { place($0, choice) < place($1, choice) }
    let isTimeFirst = configuration.arrayOrder == .timeChannels
    let shape = isTimeFirst ? "(\(frames), \(columns.count))" : "(\(columns.count), \(frames))"
    let fields = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
    // The header with its newline ends at a multiple of 64 bytes.
    let padding = (64 - (10 + fields.utf8.count + 1) % 64) % 64
    let header = Array((fields + String(repeating: " ", count: padding) + "\n").utf8)
    try writeAtomically(to: url) { (append: (Data) throws -> Void) in
      let size = [UInt8(header.count & 0xFF), UInt8(header.count >> 8)]
      try append(Data([0x93] + Array("NUMPY".utf8) + [1, 0] + size + header))
      if isTimeFirst {
        for start in stride(from: 0, to: frames, by: 4096) {
          try append(
            bytes((start..<min(start + 4096, frames)).flatMap { t in order.map { columns[$0][t] } })
          )
        }
      } else {
        for column in order { try append(bytes(columns[column])) }
      }
    }
  }

  private func place(_ column: Int, _ choice: ColumnChoice) -> Int {
    column < choice.arrangement.count ? choice.arrangement[column] : column
  }
}

private func bytes(_ values: [Float]) -> Data {
  values.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) }
}

/// A heading as RFC 4180 writes it.
private func quoted(_ name: String) -> String {
  let isPlain = !name.contains { ",;\"#\t".contains($0) || $0.isNewline } && !name.hasPrefix(" ")
  return isPlain ? name : "\"\(name.replacingOccurrences(of: "\"", with: "\"\""))\""
}

/// The fewest digits that read as the same number.
private func shortest(_ value: Float) -> String {
  let text = value.description
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// Seconds with the digits that tell samples apart.
private func decimalTime(_ seconds: Double, rate: Double) -> String {
  String(format: "%.\(max(6, min(15, Int(log10(rate).rounded(.up)) + 3)))f", seconds)
}
