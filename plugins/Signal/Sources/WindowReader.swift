import Modality

/// Reads windows in the unit.
struct WindowReader {
  let index: SignalIndex
  let windows: Windows
  let configuration: SignalConfiguration

  /// Channels, then condition columns, one after the other; and the events.
  struct Window {
    var values: [Float]
    /// Nil without `events`.
    var events: [Float]?
  }

  /// - Parameter seed: decides where in its hop the window begins; nil for its start.
  func window(_ number: Int, seed: UInt64?) throws -> Window {
    let recording = index.recordings[windows.place(of: number).stretch.recording]
    let range = windows.samples(of: number, seed: seed)
    let file = try recording.open(in: index.folder)
    var values: [Float]
    do {
      values = try recording.table.values(of: recording.columns.indices, in: range, file: file)
      try bridgeGaps(of: recording, in: range, &values, file)
    } catch let error as StirError {
      throw error.located(file.path)
    }
    if range.count < configuration.length { values = padded(values, from: range.count) }
    let length = configuration.length
    var window = Window(values: values)
    if recording.columns.hasEvents {
      window.events = Array(values[(configuration.valueCount * length)...])
      window.values.removeLast(length)
    } else if !configuration.events.isEmpty {
      window.events = impulses(recording.events, in: range)
    }
    return window
  }

  /// The mean and the scale of up to four million values in windows spread over all recordings.
  func measured() throws -> Scaling {
    let (length, columns) = (configuration.length, configuration.valueCount)
    let looked = min(windows.count, max(8, (1 << 22) / (length * columns)))
    var values = [[Float]](repeating: [], count: columns)
    for number in 0..<looked {
      let window = try window(number * windows.count / looked, seed: nil)
      for column in 0..<columns {
        values[column] += window.values[(column * length)..<((column + 1) * length)]
      }
    }
    return Scaling(measuring: values)
  }

  /// Each column's last value up to `length`.
  private func padded(_ values: [Float], from count: Int) -> [Float] {
    stride(from: 0, to: values.count, by: count).flatMap { start in
      values[start..<(start + count)]
        + repeatElement(values[start + count - 1], count: configuration.length - count)
    }
  }

  private func impulses(_ events: [Int], in range: Range<Int>) -> [Float] {
    var impulses = [Float](repeating: 0, count: configuration.length)
    for sample in events[firstIndex(of: events.count) { events[$0] >= range.lowerBound }...] {
      guard sample < range.upperBound else { break }
      impulses[sample - range.lowerBound] = 1
    }
    return impulses
  }

  /// Fills gaps on the straight line between the values on either side.
  private func bridgeGaps(
    of recording: Recording, in range: Range<Int>, _ values: inout [Float], _ file: InputFile
  ) throws {
    guard configuration.gaps == .interpolate else { return }
    for (slot, column) in recording.columns.indices.enumerated() {
      let gaps = recording.gaps.columns[slot]
      for gap in gaps[firstIndex(of: gaps.count) { gaps[$0].end > range.lowerBound }...] {
        guard gap.start < range.upperBound else { break }
        let value = { (sample: Int) in
          try recording.table.values(of: [column], in: sample..<(sample + 1), file: file)[0]
        }
        let (before, after) = (try value(gap.start - 1), try value(gap.end))
        for sample in (gap.start..<gap.end).clamped(to: range) {
          let share = Float(sample - gap.start + 1) / Float(gap.count + 1)
          values[slot * range.count + sample - range.lowerBound] =
            before + (after - before) * share
        }
      }
    }
  }
}

/// The first of 0..<count for which `holds`, which then holds for all after it; `count` if none.
private func firstIndex(of count: Int, where holds: (Int) -> Bool) -> Int {
  var (low, high) = (0, count)
  while low < high {
    let middle = (low + high) / 2
    if holds(middle) { high = middle } else { low = middle + 1 }
  }
  return low
}
