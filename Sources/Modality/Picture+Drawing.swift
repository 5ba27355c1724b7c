extension Picture {
  /// Draws the straight line between two pixels, both included; what lies outside is ignored.
  ///
  /// One pixel in each column of a flat line, or in each row of a steep one: the one whose centre
  /// is nearest. Only the part inside the picture costs time.
  ///
  /// Reference: Bresenham, "Algorithm for computer control of a digital plotter" (1965).
  ///
  /// - Parameters:
  ///   - start: column and row of one end, each within ±2²⁹.
  ///   - end: column and row of the other end, each within ±2²⁹.
  public mutating func drawLine(from start: (Int, Int), to end: (Int, Int), color: Color) {
    let limit = 1 << 29
    precondition(
      [start.0, start.1, end.0, end.1].allSatisfy { abs($0) <= limit },
      "a line's ends lie within ±2²⁹")
    let (dx, dy) = (end.0 - start.0, end.1 - start.1)
    let steps = max(abs(dx), abs(dy))
    guard steps > 0 else {
      self[start.0, start.1] = color
      return
    }

    // The steps at which the coordinate that changes by one at each of them is in the picture.
    let isFlat = abs(dx) >= abs(dy)
    let (origin, delta, extent) = isFlat ? (start.0, dx, width) : (start.1, dy, height)
    let first = max(0, delta > 0 ? -origin : origin - (extent - 1))
    let last = min(steps, delta > 0 ? extent - 1 - origin : origin)
    guard first <= last else { return }
    for step in first...last {
      let x = start.0 + roundedQuotient(step * dx, steps)
      let y = start.1 + roundedQuotient(step * dy, steps)
      self[x, y] = color
    }
  }

  /// Fills the rectangle whose top left pixel is (`x`, `y`); what lies outside is ignored.
  public mutating func fill(x: Int, y: Int, width: Int, height: Int, color: Color) {
    let right = clampedSum(x, width, limit: self.width)
    let bottom = clampedSum(y, height, limit: self.height)
    guard max(x, 0) < right, max(y, 0) < bottom else { return }
    for row in max(y, 0)..<bottom {
      for column in max(x, 0)..<right { self[column, row] = color }
    }
  }

  /// Copies `picture` so that its top left pixel is at (`x`, `y`); what lies outside is ignored.
  public mutating func draw(_ picture: Picture, x: Int, y: Int) {
    let columns = visibleRange(of: picture.width, at: x, in: width)
    let rows = visibleRange(of: picture.height, at: y, in: height)
    for row in rows {
      for column in columns { self[x + column, y + row] = picture[column, row] }
    }
  }

  /// Pictures side by side, row by row, each at the top left of a cell that fits the largest.
  ///
  /// - Parameters:
  ///   - pictures: at least one; their sizes may differ.
  ///   - columns: how many stand side by side; one row is narrower if there are fewer pictures.
  ///   - gap: the pixels between neighbours, and around all.
  public static func contactSheet(
    _ pictures: [Picture], columns: Int, gap: Int = 8, background: Color = .white
  ) -> Picture {
    precondition(!pictures.isEmpty, "a contact sheet shows at least one picture")
    precondition(columns > 0 && gap >= 0, "a contact sheet has columns, and gaps of 0 or more")
    let columns = min(columns, pictures.count)
    let rows = (pictures.count + columns - 1) / columns
    let cellWidth = pictures.map(\.width).reduce(0, max) + gap
    let cellHeight = pictures.map(\.height).reduce(0, max) + gap
    var sheet = Picture(
      width: columns * cellWidth + gap, height: rows * cellHeight + gap, background: background)
    for (index, picture) in pictures.enumerated() {
      let (row, column) = index.quotientAndRemainder(dividingBy: columns)
      sheet.draw(picture, x: gap + column * cellWidth, y: gap + row * cellHeight)
    }
    return sheet
  }
}

/// `dividend / divisor` to the nearest whole number, halves away from zero.
private func roundedQuotient(_ dividend: Int, _ divisor: Int) -> Int {
  let magnitude = (2 * abs(dividend) + divisor) / (2 * divisor)
  return dividend < 0 ? -magnitude : magnitude
}

/// `start + length`, at most `limit`, whatever the operands.
private func clampedSum(_ start: Int, _ length: Int, limit: Int) -> Int {
  let (sum, overflowed) = start.addingReportingOverflow(length)
  if overflowed { return length > 0 ? limit : 0 }
  return min(sum, limit)
}

/// Which of `length` pixels laid down from `start` on are among the `extent` of a picture.
private func visibleRange(of length: Int, at start: Int, in extent: Int) -> Range<Int> {
  guard start < extent, start > -length else { return 0..<0 }
  return max(0, -start)..<min(length, extent - start)
}
