/// The picture of a ``LinePlot`` while it is drawn: what stands where.
struct PlotCanvas {
  private(set) var picture: Picture
  private let plot: LinePlot
  private let x: PlotAxis
  private let y: PlotAxis
  private let xTicks: [PlotAxis.Tick]
  private let yTicks: [PlotAxis.Tick]
  private let isEmpty: Bool
  private let legend: [[LinePlot.Series]]
  // The first and last column and row of the lines' rectangle.
  private let left: Int
  private let right: Int
  private let top: Int
  private let bottom: Int

  private static let ink = Picture.Color(40, 40, 40)
  private static let frame = Picture.Color(150, 150, 150)
  private static let grid = Picture.Color(228, 228, 228)
  private static let legendLineHeight = 13

  init(_ plot: LinePlot, width: Int, height: Int) {
    self.plot = plot
    picture = Picture(width: width, height: height)
    // A point without a place on one axis does not stretch the other.
    let points = plot.series.flatMap(\.points)
    let allX = PlotAxis(scale: plot.xScale, showing: points.map(\.x))
    let allY = PlotAxis(scale: plot.yScale, showing: points.map(\.y))
    let drawn = points.filter { allX.position(of: $0.x) != nil && allY.position(of: $0.y) != nil }
    isEmpty = drawn.isEmpty
    x = PlotAxis(scale: plot.xScale, showing: drawn.map(\.x))
    y = PlotAxis(scale: plot.yScale, showing: drawn.map(\.y))
    xTicks = x.ticks(about: min(10, width / 80))
    yTicks = y.ticks(about: min(10, height / 50))

    legend = PlotCanvas.rows(plot.series.filter { !$0.name.isEmpty }, width: width - 40)
    let labelWidth = yTicks.map { Picture.textWidth($0.label ?? "") }.reduce(0, max)
    left = labelWidth + (plot.yLabel.isEmpty ? 16 : 32)
    right = max(left + 1, width - 20)
    top = 12 + (plot.title.isEmpty ? 0 : 24) + legend.count * PlotCanvas.legendLineHeight
    bottom = max(top + 1, height - (plot.xLabel.isEmpty ? 24 : 40))
  }

  /// The lines at labelled ticks, under everything else.
  mutating func drawGrid() {
    for tick in xTicks where tick.label != nil {
      let at = column(tick.position)
      picture.drawLine(from: (at, top), to: (at, bottom), color: PlotCanvas.grid)
    }
    for tick in yTicks where tick.label != nil {
      let at = row(tick.position)
      picture.drawLine(from: (left, at), to: (right, at), color: PlotCanvas.grid)
    }
  }

  /// One line, two pixels thick, with its gaps and dots.
  mutating func drawSeries(_ series: LinePlot.Series) {
    let places = series.points.map { point -> (Int, Int)? in
      guard let px = x.position(of: point.x), let py = y.position(of: point.y) else { return nil }
      return (column(px), row(py))
    }
    for (index, place) in places.enumerated() {
      guard let place else { continue }
      let before = index > 0 ? places[index - 1] : nil
      let after = index + 1 < places.count ? places[index + 1] : nil
      if let before {
        drawThickLine(from: before, to: place, color: series.color)
      }
      if places.count <= 25 || (before == nil && after == nil) {
        picture.fill(x: place.0 - 2, y: place.1 - 1, width: 6, height: 4, color: series.color)
        picture.fill(x: place.0 - 1, y: place.1 - 2, width: 4, height: 6, color: series.color)
      }
    }
  }

  /// Frame, ticks and every text, over the lines.
  mutating func drawFrame() {
    let color = PlotCanvas.frame
    picture.drawLine(from: (left, top), to: (left, bottom), color: color)
    picture.drawLine(from: (left, bottom), to: (right, bottom), color: color)
    drawTicks()
    drawLegend()

    let ink = PlotCanvas.ink
    let centre = (left + right) / 2
    let titleWidth = Picture.textWidth(plot.title, scale: 2)
    picture.drawText(plot.title, x: max(4, centre - titleWidth / 2), y: 10, color: ink, scale: 2)
    let xWidth = Picture.textWidth(plot.xLabel)
    picture.drawText(plot.xLabel, x: centre - xWidth / 2, y: picture.height - 14, color: ink)
    let yWidth = Picture.textWidth(plot.yLabel)
    picture.drawVerticalText(plot.yLabel, x: 7, y: (top + bottom - yWidth) / 2, color: ink)
    if isEmpty {
      let note = "no points"
      let x = centre - Picture.textWidth(note) / 2
      picture.drawText(note, x: x, y: (top + bottom) / 2, color: PlotCanvas.frame)
    }
  }

  private mutating func drawTicks() {
    for tick in xTicks {
      let at = column(tick.position)
      let length = tick.label == nil ? 3 : 5
      picture.drawLine(from: (at, bottom), to: (at, bottom + length), color: PlotCanvas.frame)
      guard let label = tick.label else { continue }
      let width = Picture.textWidth(label)
      picture.drawText(label, x: at - width / 2, y: bottom + 9, color: PlotCanvas.ink)
    }
    for tick in yTicks {
      let at = row(tick.position)
      let length = tick.label == nil ? 3 : 5
      picture.drawLine(from: (left - length, at), to: (left, at), color: PlotCanvas.frame)
      guard let label = tick.label else { continue }
      let width = Picture.textWidth(label)
      picture.drawText(label, x: left - 9 - width, y: at - 3, color: PlotCanvas.ink)
    }
  }

  private mutating func drawLegend() {
    for (row, entries) in legend.enumerated() {
      let y = top - 6 + (row - legend.count) * PlotCanvas.legendLineHeight
      let width = entries.map(PlotCanvas.legendWidth).reduce(0, +)
      var x = max(4, (left + right - width) / 2)
      for series in entries {
        picture.fill(x: x, y: y + 2, width: 16, height: 3, color: series.color)
        picture.drawText(series.name, x: x + 21, y: y, color: PlotCanvas.ink)
        x += PlotCanvas.legendWidth(series)
      }
    }
  }

  private mutating func drawThickLine(
    from start: (Int, Int), to end: (Int, Int), color: Picture.Color
  ) {
    let isFlat = abs(end.0 - start.0) >= abs(end.1 - start.1)
    let (dx, dy) = isFlat ? (0, 1) : (1, 0)
    picture.drawLine(from: start, to: end, color: color)
    picture.drawLine(
      from: (start.0 + dx, start.1 + dy), to: (end.0 + dx, end.1 + dy), color: color)
  }

  private func column(_ position: Double) -> Int {
    left + Int((position * Double(right - left)).rounded())
  }

  private func row(_ position: Double) -> Int {
    bottom - Int((position * Double(bottom - top)).rounded())
  }

  private static func legendWidth(_ series: LinePlot.Series) -> Int {
    21 + Picture.textWidth(series.name) + 18
  }

  /// Legend entries in lines that fit `width`.
  private static func rows(_ series: [LinePlot.Series], width: Int) -> [[LinePlot.Series]] {
    var rows: [[LinePlot.Series]] = []
    var used = 0
    for entry in series {
      let needed = legendWidth(entry)
      if rows.isEmpty || used + needed > width {
        rows.append([])
        used = 0
      }
      rows[rows.count - 1].append(entry)
      used += needed
    }
    return rows
  }
}
