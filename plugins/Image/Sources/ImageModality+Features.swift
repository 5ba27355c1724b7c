import Foundation
import Modality

extension ImageModality {
  /// What an image looks like from afar, and which way its edges run where.
  ///
  /// The mean brightness in each of 7 × 7 cells, -1…1; and in each of 4 × 4 cells the square root of
  /// the mean gradient along each of 6 directions, 0…1 (histograms of oriented gradients, Dalal and
  /// Triggs 2005, in their simplest form). Brightness is the luma of ITU-R BT.601. An image of fewer
  /// pixels along an axis has as many cells as pixels there.
  public func features(of item: Item) throws -> [Float] {
    try layout.requireAdmitted(item.shape)
    let picture = Luma(item)
    return picture.cellMeans(7) + picture.orientedGradients(cells: 4, directions: 6)
  }

  /// How much brighter and how much sharper the made images are than the real ones.
  public func metrics(of made: [Item], against real: [Item]) throws -> [Metric] {
    func means(_ items: [Item]) throws -> (brightness: Double, gradient: Double) {
      var sums = (0.0, 0.0)
      for item in items {
        try layout.requireAdmitted(item.shape)
        let picture = Luma(item)
        sums.0 += picture.meanBrightness
        sums.1 += picture.meanGradient
      }
      let count = Double(max(1, items.count))
      return (sums.0 / count, sums.1 / count)
    }
    let (a, b) = (try means(made), try means(real))
    return [
      Metric("difference of mean brightness (black to white is 2)", a.brightness - b.brightness),
      Metric("ratio of mean gradients (sharpness)", a.gradient / max(b.gradient, 1e-9)),
    ]
  }
}

/// The brightness of an item, -1…1; what is not a number counts as 0.
private struct Luma {
  let width: Int
  let height: Int
  let values: [Float]

  init(_ item: Item) {
    (height, width) = (item.shape[1], item.shape[2])
    let size = height * width
    let shares: [Float] = item.shape[0] == 3 ? [0.299, 0.587, 0.114] : [1]
    values = (0..<size).map { position in
      let sum = shares.indices.reduce(Float(0)) {
        $0 + shares[$1] * item.values[$1 * size + position]
      }
      return sum.isFinite ? sum : 0
    }
  }

  /// The slope per pixel along both axes: half the difference of the neighbours, at an edge the
  /// difference to the one neighbour that there is.
  private func gradient(_ x: Int, _ y: Int) -> (x: Float, y: Float) {
    let (left, right) = (max(x - 1, 0), min(x + 1, width - 1))
    let (above, below) = (max(y - 1, 0), min(y + 1, height - 1))
    return (
      (values[y * width + right] - values[y * width + left]) / Float(max(1, right - left)),
      (values[below * width + x] - values[above * width + x]) / Float(max(1, below - above))
    )
  }

  /// Each cell of up to `cells` × `cells`, row by row, as its rows and columns.
  private func cells(_ cells: Int) -> [(rows: Range<Int>, columns: Range<Int>)] {
    let (down, across) = (min(cells, height), min(cells, width))
    return (0..<down).flatMap { row in
      (0..<across).map { column in
        (
          (row * height / down)..<((row + 1) * height / down),
          (column * width / across)..<((column + 1) * width / across)
        )
      }
    }
  }

  func cellMeans(_ count: Int) -> [Float] {
    cells(count).map { rows, columns in
      let sum = rows.reduce(Float(0)) { sum, y in
        columns.reduce(sum) { $0 + values[y * width + $1] }
      }
      return sum / Float(rows.count * columns.count)
    }
  }

  func orientedGradients(cells count: Int, directions: Int) -> [Float] {
    cells(count).flatMap { rows, columns -> [Float] in
      var sums = [Float](repeating: 0, count: directions)
      for y in rows {
        for x in columns {
          let slope = gradient(x, y)
          let size = hypotf(slope.x, slope.y)
          guard size > 0 else { continue }
          // A direction and its opposite are one; a slope between two counts for both.
          let turns = atan2f(slope.y, slope.x) / .pi
          let place = (turns < 0 ? turns + 1 : turns) * Float(directions)
          let lower = Int(place)
          let share = place - Float(lower)
          sums[lower % directions] += size * (1 - share)
          sums[(lower + 1) % directions] += size * share
        }
      }
      return sums.map { ($0 / Float(rows.count * columns.count)).squareRoot() }
    }
  }

  var meanBrightness: Double { values.reduce(0) { $0 + Double($1) } / Double(values.count) }

  var meanGradient: Double {
    let sum = (0..<height).reduce(0.0) { sum, y in
      (0..<width).reduce(sum) {
        let slope = gradient($1, y)
        return $0 + Double(hypotf(slope.x, slope.y))
      }
    }
    return sum / Double(values.count)
  }
}
