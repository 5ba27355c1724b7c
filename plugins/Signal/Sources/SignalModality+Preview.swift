import Modality

extension SignalModality {
  /// Each of the first 16 channels over seconds, in its unit, one below the other; 900 pixels wide.
  ///
  /// - Parameter item: [channels, time] of any time; values that are not numbers leave a gap.
  /// - Throws: `StirError.Code.invalidData` for another shape.
  public func preview(_ item: Item) throws -> Picture {
    try layout.requireAdmitted(item.shape)
    let shown = min(16, configuration.channelCount)
    let height = shown == 1 ? 320 : max(160, 640 / shown)
    let panels = (0..<shown).map { panel(item, channel: $0, isLast: $0 == shown - 1) }
      .map { $0.picture(width: 900, height: height) }
    var picture = Picture(width: 900, height: height * shown)
    for (number, panel) in panels.enumerated() { picture.draw(panel, x: 0, y: number * height) }
    return picture
  }

  private func panel(_ item: Item, channel: Int, isLast: Bool) -> LinePlot {
    let frames = item.shape[1]
    let scaling = Scaling(configuration) ?? Scaling(identity: configuration.valueCount)
    let values = item.values[(channel * frames)..<((channel + 1) * frames)].map {
      Double(scaling.restored($0, channel))
    }
    let rate = configuration.samplingRate
    let points = outline(values).map { (x: Double($0) / (rate > 0 ? rate : 1), y: values[$0]) }
    let name = ColumnChoice(configuration).headings[channel]
    let unit = configuration.unit
    let label =
      unit.isEmpty ? name : configuration.channelCount == 1 ? unit : "\(name) (\(unit))"
    return LinePlot(
      xLabel: isLast ? (rate > 0 ? "seconds" : "samples") : "", yLabel: label,
      series: [LinePlot.Series("", points, color: Picture.Color(114, 31, 129))])
  }
}

/// The samples that a line has to go through to look like one through all: in each of up to 2000
/// cells the lowest, the highest and the first that is not a number.
private func outline(_ values: [Double]) -> [Int] {
  let cells = 2000
  guard values.count > 2 * cells else { return Array(values.indices) }
  return (0..<cells).flatMap { cell -> [Int] in
    let range = (cell * values.count / cells)..<((cell + 1) * values.count / cells)
    let finite = range.filter { values[$0].isFinite }
    let chosen = [
      finite.min { values[$0] < values[$1] }, finite.max { values[$0] < values[$1] },
      range.first { !values[$0].isFinite },
    ]
    return Set(chosen.compactMap { $0 }).sorted()
  }
}
