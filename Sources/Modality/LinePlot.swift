import Foundation

/// Lines over two axes: a loss over the steps of training, a schedule over its times.
public struct LinePlot: Sendable {
  /// How an axis spaces its values.
  public enum Scale: Sendable {
    case linear
    /// Equal ratios at equal distances; values of 0 and less are not drawn.
    case log
  }

  /// Points joined in their order.
  public struct Series: Sendable {
    /// What the legend calls it; a series with an empty name is not in the legend.
    public var name: String
    public var points: [(x: Double, y: Double)]
    public var color: Picture.Color

    public init(_ name: String, _ points: [(x: Double, y: Double)], color: Picture.Color) {
      self.name = name
      self.points = points
      self.color = color
    }
  }

  public var title: String
  public var xLabel: String
  public var yLabel: String
  public var series: [Series]
  public var xScale: Scale
  public var yScale: Scale

  public init(
    title: String = "", xLabel: String = "", yLabel: String = "", series: [Series],
    xScale: Scale = .linear, yScale: Scale = .linear
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.series = series
    self.xScale = xScale
    self.yScale = yScale
  }

  /// The plot as a picture of `width` × `height` pixels.
  ///
  /// A point that is not finite, or has no place on a logarithmic axis, leaves a gap in its line.
  /// A point that stands alone is a dot, as is every point of a line of at most 25. Pictures
  /// narrower than 300 or lower than 200 pixels hold little more than the labels.
  public func picture(width: Int, height: Int) -> Picture {
    var canvas = PlotCanvas(self, width: width, height: height)
    canvas.drawGrid()
    for line in series { canvas.drawSeries(line) }
    canvas.drawFrame()
    return canvas.picture
  }
}
