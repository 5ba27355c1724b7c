import Foundation

// What a modality does unless it says something better.

extension DataModality {
  public func preview(_ item: Item) throws -> Picture { try generalPreview(item) }
  public func features(of item: Item) throws -> [Float] { try generalFeatures(of: item) }
  public func inspect(
    at url: URL, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> InspectionReport { try generalInspection(at: url, progress: progress) }

  /// A plot of each channel over the positions of a signal; an image of up to three channels as it
  /// looks, with -1 black and 1 bright, enlarged to 224 pixels or more.
  public func generalPreview(_ item: Item) throws -> Picture {
    try layout.requireAdmitted(item.shape)
    return item.shape.count == 2 ? plot(item) : raster(item).enlarged(toAtLeast: 224)
  }

  /// For each channel the mean and the spread of the values in each of up to 16 cells along an
  /// axis (8 × 8 of an image), and how much neighbours differ there.
  public func generalFeatures(of item: Item) throws -> [Float] {
    try layout.requireAdmitted(item.shape)
    return cellStatistics(item, cells: item.shape.count == 2 ? 16 : 8)
  }

  /// Counts of items, classes and what was rejected, and the range of values in up to 200 items.
  public func generalInspection(
    at url: URL, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> InspectionReport {
    let data = try dataset(at: url, progress: progress)
    return try DataSetInspection(of: data, shape: layout.shape, identifier: identifier)
      .report(on: url.path)
  }
}

private func plot(_ item: Item) -> Picture {
  let (channels, extent) = (item.shape[0], item.shape[1])
  let series = (0..<channels).map { channel in
    LinePlot.Series(
      channels > 1 ? "channel \(channel)" : "",
      (0..<extent).map { (x: Double($0), y: Double(item.values[channel * extent + $0])) },
      color: .magma(0.35 + 0.45 * Double(channel) / Double(max(1, channels - 1))))
  }
  return LinePlot(xLabel: "position", yLabel: "value", series: series)
    .picture(width: 900, height: 320)
}

/// One pixel for each position: grey, or red, green and blue from the first three channels.
private func raster(_ item: Item) -> Picture {
  let (channels, height, width) = (item.shape[0], item.shape[1], item.shape[2])
  func byte(_ channel: Int, _ position: Int) -> UInt8 {
    let value = item.values[min(channel, channels - 1) * height * width + position]
    return value.isFinite ? UInt8(((min(max(value, -1), 1) + 1) * 127.5).rounded()) : 0
  }
  var picture = Picture(width: width, height: height)
  for position in 0..<(height * width) {
    let colour = (0..<3).map { byte(channels < 3 ? 0 : $0, position) }
    picture[position % width, position / width] = Picture.Color(colour[0], colour[1], colour[2])
  }
  return picture
}

private func cellStatistics(_ item: Item, cells: Int) -> [Float] {
  let (height, width) = item.shape.count == 2 ? (1, item.shape[1]) : (item.shape[1], item.shape[2])
  let (rows, columns) = (min(cells, height), min(cells, width))
  var features: [Float] = []
  for channel in 0..<item.shape[0] {
    let value = { (y: Int, x: Int) in item.values[(channel * height + y) * width + x] }
    for row in 0..<rows {
      let ys = (row * height / rows)..<((row + 1) * height / rows)
      for column in 0..<columns {
        let xs = (column * width / columns)..<((column + 1) * width / columns)
        let all = ys.flatMap { y in xs.map { value(y, $0) } }
        let mean = all.reduce(0, +) / Float(all.count)
        let spread = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(all.count)
        let steps = ys.flatMap { y in
          xs.dropFirst().map { abs(value(y, $0) - value(y, $0 - 1)) }
        }
        let roughness = steps.isEmpty ? 0 : steps.reduce(0, +) / Float(steps.count)
        features += [mean, spread.squareRoot(), roughness]
      }
    }
  }
  return features
}

/// What can be said of any data set.
private struct DataSetInspection: Codable {
  var kind: String
  var items: Int
  var sources: Int
  var shape: [Int]
  /// How many items of each class there are among those that were looked at.
  var labels: [String: Int]
  var captioned: Int
  var lowest: Float
  var highest: Float
  var unusable: [RejectedInput]

  init(of data: any DataSet, shape: [Int], identifier: String) throws {
    kind = identifier
    items = data.count
    sources = Set((0..<data.count).map(data.source)).count
    self.shape = shape
    unusable = data.rejected
    labels = [:]
    (captioned, lowest, highest) = (0, .infinity, -.infinity)
    for index in spreadEvenly(200, over: data.count) {
      let item = try data.item(at: index, seed: 0)
      if let label = item.label { labels[data.labels[label], default: 0] += 1 }
      if item.caption != nil { captioned += 1 }
      lowest = min(lowest, item.values.min() ?? lowest)
      highest = max(highest, item.values.max() ?? highest)
    }
  }

  func report(on path: String) throws -> InspectionReport {
    let classes = labels.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }
    let rows = [
      ("items", "\(items) of \(shape.map(String.init).joined(separator: " × "))"),
      ("sources", "\(sources)"),
      ("classes", classes.isEmpty ? "none" : classes.joined(separator: ", ")),
      ("captions", captioned == 0 ? "none" : "\(captioned) of those looked at"),
      ("values", "\(lowest) to \(highest)"),
      ("unusable", unusable.isEmpty ? "none" : "\(unusable.count)"),
    ]
    let lines =
      [path] + rows.map { $0.0.padding(toLength: 14, withPad: " ", startingAt: 0) + $0.1 }
      + unusable.prefix(10).map { "  \($0.name): \($0.reason)" }
    return InspectionReport(
      text: lines.joined(separator: "\n"), json: try JSONValue(encoding: self))
  }
}
