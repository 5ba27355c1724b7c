import Core
import Foundation

/// How the time of a step grows with one thing while the rest stays.
struct Growth: Codable {
  var task: Task
  var precision: Precision
  /// What grows: `length`, `batch`, `width`, `threads`.
  var axis: String
  var values: [Int]
  /// The median time at each value.
  var seconds: [Double]

  /// The slope of the line through the logarithms: time ∝ value^exponent.
  var exponent: Double {
    let x = values.map { log(Double($0)) }
    let y = seconds.map { log($0) }
    let (meanX, meanY) = (x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
    let covariance = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
    return covariance / x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
  }
}

/// Measures how our cost grows along each axis.
func growth(
  _ precision: Precision, threads: Int, recordings: URL, in folder: URL
) throws -> [Growth] {
  let lengths = [1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536]
  let (batches, widths) = ([1, 2, 4, 8, 16], [16, 32, 64, 128])
  let all = Workers(python: URL(fileURLWithPath: "/"), threads: threads)
  return try Task.allCases.flatMap { task in
    func measured(_ axis: String, _ values: [Int], _ size: (Int) -> Size) throws -> Growth {
      let seconds = try values.map {
        try time(size($0), axis == "threads" ? Workers(python: all.python, threads: $0) : all)
      }
      return Growth(task: task, precision: precision, axis: axis, values: values, seconds: seconds)
    }
    func time(_ size: Size, _ workers: Workers) throws -> Double {
      let inputs = try Inputs(size, recordings: recordings, in: folder)
      let contender = try Contender(.ours, precision, task, inputs, workers)
      for _ in 0..<(Measurement.warmups + 5) { try contender.step() }
      return contender.result.median
    }
    var results = [
      try measured("length", lengths) { Size(batch: 1, length: $0) },
      try measured("batch", batches) { Size(batch: $0, length: 8_192) },
      try measured("width", widths) { Size(width: $0, batch: 1, length: 8_192) },
    ]
    if threads > 1 {
      results.append(try measured("threads", [1, threads]) { _ in Size(batch: 8, length: 8_192) })
    }
    return results
  }
}

func growthTable(_ growth: [Growth]) -> String {
  var table = Table(["how our time grows", "from", "to", "ms", "ms", "time ∝ value^"])
  for line in growth {
    guard let from = line.values.first, let to = line.values.last else { continue }
    table.add([
      "\(line.task.name), \(line.precision.rawValue), \(line.axis)", "\(from)", "\(to)",
      milliseconds(line.seconds.first), milliseconds(line.seconds.last), fixed(line.exponent, 2),
    ])
  }
  return table.text
}
