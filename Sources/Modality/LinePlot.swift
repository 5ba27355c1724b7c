import Foundation

/// Lines over two axes: a loss over the steps of training, a schedule over its times.
public struct LinePlot: Sendable {
  /// How an axis spaces its values.
  public enum Scale: Sendable {
    /// Equal differences at equal distances.
    case linear
    /// Equal ratios at equal distances; values of 0 and less are not drawn.
    case log
  }

  /// Points joined in their order.
  public struct Series: Sendable {
    /// What the legend calls it; a series with an empty name is not in the legend.
    public var name: String
    /// The points in the order in which the line goes through them.
    public var points: [(x: Double, y: Double)]
    /// The colour of the line, its dots and its mark in the legend.
    public var color: Picture.Color

    /// A line called `name` through `points`.
    public init(_ name: String, _ points: [(x: Double, y: Double)], color: Picture.Color) {
      self.name = name
      self.points = points
      self.color = color
    }
  }

  /// What stands above, in large letters.
  public var title: String
  /// What the horizontal axis shows, with its unit.
  public var xLabel: String
  /// What the vertical axis shows, with its unit.
  public var yLabel: String
  /// The lines, later ones over earlier ones.
  public var series: [Series]
  /// How the horizontal axis spaces its values.
  public var xScale: Scale
  /// How the vertical axis spaces its values.
  public var yScale: Scale

  /// A plot of `series`; empty texts take no room.
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
