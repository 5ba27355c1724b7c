import Modality

/// Samples on disk: a table of `frames` × `width` numbers of which any part can be read.
struct SampleTable: Sendable {
  enum Place: Sendable {
    case file
    case spool(Spool)
  }

  var place = Place.file
  /// Of the first number, in bytes.
  var offset: Int
  var element: ElementType
  /// The samples in one column.
  var frames: Int
  /// The columns.
  var width: Int
  /// Whether the samples of a column stand one behind the other; otherwise those of a frame do.
  var isColumnMajor: Bool
  /// What recorded numbers are multiplied by after `offsets` is subtracted, for each column, and
  /// the number that means that there is no value; nil for numbers in the unit.
  var calibration: Calibration?

  struct Calibration: Hashable, Sendable {
    var factors: [Double]
    var baselines: [Double]
    var missing: Float?
  }

  /// The values of `columns` in a range of frames, in the unit, one column after the other; NaN
  /// where there is none.
  ///
  /// - Parameter file: the file that the table is in, unless it is in a spool.
  func values(of columns: [Int], in range: Range<Int>, file: InputFile?) throws -> [Float] {
    var values = [Float](repeating: 0, count: columns.count * range.count)
    // What is read at once: all columns of some frames, or some frames of one column.
    let stride = isColumnMajor ? 1 : width
    let reads = isColumnMajor ? columns.indices.map { $0..<($0 + 1) } : [columns.indices]
    // Up to a megabyte, or one frame.
    let blockFrames = max(1, min(range.count, (1 << 20) / (stride * element.size)))
    var bytes = [UInt8](repeating: 0, count: blockFrames * stride * element.size)
    for part in reads {
      for start in Swift.stride(from: 0, to: range.count, by: blockFrames) {
        let count = min(blockFrames, range.count - start)
        let first = range.lowerBound + start
        let index = isColumnMajor ? columns[part.lowerBound] * frames + first : first * width
        try bytes.withUnsafeMutableBytes { buffer in
          let block = UnsafeMutableRawBufferPointer(
            rebasing: buffer[..<(count * stride * element.size)])
          try read(block, at: offset + index * element.size, file)
          for slot in part {
            let row = slot * range.count + start
            element.decode(
              UnsafeRawBufferPointer(block), first: isColumnMajor ? 0 : columns[slot],
              stride: stride, into: &values[row..<(row + count)])
          }
        }
      }
    }
    if let calibration {
      for (slot, column) in columns.enumerated() {
        let row = slot * range.count
        calibrate(&values[row..<(row + range.count)], calibration, column)
      }
    }
    return values
  }

  private func read(
    _ buffer: UnsafeMutableRawBufferPointer, at offset: Int, _ file: InputFile?
  ) throws {
    switch place {
    case .spool(let spool): try spool.read(into: buffer, at: offset)
    case .file: try file?.read(into: buffer, at: offset)
    }
  }

  private func calibrate(
    _ values: inout ArraySlice<Float>, _ calibration: Calibration, _ column: Int
  ) {
    let (factor, baseline) = (calibration.factors[column], calibration.baselines[column])
    for index in values.indices {
      values[index] =
        values[index] == calibration.missing
        ? .nan : Float((Double(values[index]) - baseline) * factor)
    }
  }

  /// Whether a value can be missing, so that all have to be looked at to know.
  var mayHaveGaps: Bool { element.isFloat || calibration?.missing != nil }
}

/// `a × b`, unless that is more than a file can hold.
func product(_ a: Int, _ b: Int) -> Int? {
  let (result, overflowed) = a.multipliedReportingOverflow(by: b)
  return overflowed || result > 1 << 60 ? nil : result
}
