extension Picture {
  /// Each pixel as a square of as many pixels as bring the shorter side to `side` or more.
  public func enlarged(toAtLeast side: Int) -> Picture {
    let factor = (side + min(width, height) - 1) / min(width, height)
    guard factor > 1 else { return self }
    var large = Picture(width: width * factor, height: height * factor)
    for y in 0..<height {
      for x in 0..<width {
        large.fill(x: x * factor, y: y * factor, width: factor, height: factor, color: self[x, y])
      }
    }
    return large
  }

  /// The mean of each square of as many pixels as bring the longer side to `side` or less; squares
  /// that the picture's edge cuts are smaller.
  public func reduced(toAtMost side: Int) -> Picture {
    precondition(side > 0, "a picture has at least one pixel")
    let factor = (max(width, height) + side - 1) / side
    guard factor > 1 else { return self }
    var small = Picture(
      width: (width + factor - 1) / factor, height: (height + factor - 1) / factor)
    for y in 0..<small.height {
      let rows = (y * factor)..<min((y + 1) * factor, height)
      for x in 0..<small.width {
        let columns = (x * factor)..<min((x + 1) * factor, width)
        small[x, y] = mean(rows: rows, columns: columns)
      }
    }
    return small
  }

  private func mean(rows: Range<Int>, columns: Range<Int>) -> Color {
    var sums = (0, 0, 0)
    for y in rows {
      for x in columns {
        let color = self[x, y]
        sums = (sums.0 + Int(color.red), sums.1 + Int(color.green), sums.2 + Int(color.blue))
      }
    }
    let count = rows.count * columns.count
    let half = count / 2
    return Color(
      UInt8((sums.0 + half) / count), UInt8((sums.1 + half) / count),
      UInt8((sums.2 + half) / count))
  }
}
