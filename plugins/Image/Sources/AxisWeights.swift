/// How the positions of one axis become fewer or more.
///
/// Goals, in this order: an axis of equal length stays as it is, to the bit; a constant stays
/// constant; nothing aliases. A shrinking axis takes for each new position the mean over the stretch
/// that it covers, with parts of positions counted as parts; a growing axis goes straight from the
/// centre of one position to the centre of the next, and is constant beyond the outermost.
struct AxisWeights {
  /// For each new position the old one that `weights` begins with; weights sum to 1.
  private(set) var taps: [(first: Int, weights: [Float])] = []

  /// - Parameters:
  ///   - count: the new positions, at least 1.
  ///   - start: the old position that the first new one begins with.
  ///   - length: how many old positions the new ones cover, more than 0.
  ///   - extent: the old positions that there are.
  init(count: Int, from start: Int, length: Double, of extent: Int) {
    let step = length / Double(count)
    taps = (0..<count).map { position in
      step < 1
        ? Self.interpolation(
          at: Double(start) + (Double(position) + 0.5) * step - 0.5, extent: extent)
        : Self.mean(
          from: Double(start) + Double(position) * step,
          to: Double(start) + Double(position + 1) * step, extent: extent)
    }
  }

  private static func mean(
    from low: Double, to high: Double, extent: Int
  ) -> (first: Int, weights: [Float]) {
    // What rounding adds at either end is no part of a position.
    let first = min(max(Int((low + 1e-9).rounded(.down)), 0), extent - 1)
    let last = min(max(Int((high - 1e-9).rounded(.up)) - 1, first), extent - 1)
    let shares = (first...last).map { max(0, min(high, Double($0 + 1)) - max(low, Double($0))) }
    let sum = shares.reduce(0, +)
    return (first, shares.map { sum > 0 ? Float($0 / sum) : 1 / Float(shares.count) })
  }

  private static func interpolation(
    at place: Double, extent: Int
  ) -> (first: Int, weights: [Float]) {
    let inside = min(max(place, 0), Double(extent - 1))
    let first = min(Int(inside), max(0, extent - 2))
    let share = inside - Double(first)
    return extent == 1 ? (0, [1]) : (first, [Float(1 - share), Float(share)])
  }
}
