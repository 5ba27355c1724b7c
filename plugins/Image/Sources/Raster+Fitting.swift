import Modality

extension Raster {
  /// The image in the size and colours of an item: [channels, height, width], -1…1 for 0…255.
  func values(fittedTo configuration: ImageConfiguration) -> [Float] {
    let placement = Placement(of: self, in: configuration)
    let (planes, size) = (configuration.channels, configuration.width * configuration.height)
    let scaled = resampled(placement, planes: planes, background: configuration.background)
    func value(_ byte: Float) -> Float { byte / 127.5 - 1 }
    var values = [Float](repeating: value(Float(configuration.background)), count: planes * size)
    let (width, height) = (placement.columns.taps.count, placement.rows.taps.count)
    for plane in 0..<planes {
      for y in 0..<height {
        let from = (plane * height + y) * width
        let to =
          plane * size + (placement.top + y) * configuration.width + placement.left
        for x in 0..<width { values[to + x] = value(scaled[from + x]) }
      }
    }
    return values
  }

  /// [planes, rows, columns], 0…255: each row of the image, once its columns are scaled, is added to
  /// the rows that it has a part in, so that an image of any shape takes one row of memory.
  private func resampled(_ placement: Placement, planes: Int, background: Int) -> [Float] {
    let (columns, rows) = (placement.columns.taps, placement.rows.taps)
    var result = [Float](repeating: 0, count: planes * rows.count * columns.count)
    var row = [Float](repeating: 0, count: planes * width)
    var narrow = [Float](repeating: 0, count: columns.count)
    var next = 0  // the first row of the result that is not complete
    for y in 0..<height {
      while next < rows.count, rows[next].first + rows[next].weights.count <= y { next += 1 }
      let touched = rows[next...].prefix { $0.first <= y }
      guard !touched.isEmpty else { continue }
      read(row: y, planes: planes, background: background, into: &row)
      for plane in 0..<planes {
        for (x, tap) in columns.enumerated() {
          narrow[x] = 0
          for (offset, weight) in tap.weights.enumerated() {
            narrow[x] += weight * row[plane * width + tap.first + offset]
          }
        }
        for (index, tap) in zip(touched.indices, touched) {
          let weight = tap.weights[y - tap.first]
          let to = (plane * rows.count + index) * columns.count
          for x in columns.indices { result[to + x] += weight * narrow[x] }
        }
      }
    }
    return result
  }
}

/// Where an image comes to stand in an item, and how its axes become what is there.
private struct Placement {
  var columns: AxisWeights
  var rows: AxisWeights
  var left = 0
  var top = 0

  init(of raster: Raster, in configuration: ImageConfiguration) {
    let (width, height) = (configuration.width, configuration.height)
    let (across, down) = (Double(raster.width), Double(raster.height))
    let scales = (across / Double(width), down / Double(height))
    switch configuration.fit {
    case .stretch:
      columns = AxisWeights(count: width, from: 0, length: across, of: raster.width)
      rows = AxisWeights(count: height, from: 0, length: down, of: raster.height)
    case .crop:
      let scale = min(scales.0, scales.1)
      let covered = (scale * Double(width), scale * Double(height))
      // The middle begins at a whole pixel: half a one would blur images of the right size.
      columns = AxisWeights(
        count: width, from: Int((across - covered.0) / 2), length: covered.0, of: raster.width)
      rows = AxisWeights(
        count: height, from: Int((down - covered.1) / 2), length: covered.1, of: raster.height)
    case .pad:
      let scale = max(scales.0, scales.1)
      let shown = (
        min(width, max(1, Int((across / scale).rounded()))),
        min(height, max(1, Int((down / scale).rounded())))
      )
      columns = AxisWeights(count: shown.0, from: 0, length: across, of: raster.width)
      rows = AxisWeights(count: shown.1, from: 0, length: down, of: raster.height)
      (left, top) = ((width - shown.0) / 2, (height - shown.1) / 2)
    }
  }
}
