/// The shift and the scale that make the features of two sets comparable.
///
/// Each of the d features is shifted and scaled so that the reference has mean 0 and variance 1,
/// because no trained network says which of them matters; but what varies less than a tenth as much
/// as the feature that varies most is scaled by that tenth, and what is more than five deviations
/// off counts as five, so that a feature that hardly varies does not outweigh all others.
struct FeatureScale {
  private let mean: [Double]
  private let deviation: [Double]

  /// - Parameters:
  ///   - reference: [items][features], which gets mean 0 and variance 1.
  ///   - others: sets that are to be compared with it.
  ///   - least: the fewest items that each set must have, 1 or more.
  /// - Throws: `StirError.Code.invalidData` for fewer items, and for features of unequal number or
  ///   that are not numbers.
  init(of reference: [[Float]], for others: [[Float]]..., atLeast least: Int) throws {
    let counts = (others + [reference]).map(\.count)
    guard counts.allSatisfy({ $0 >= least }) else {
      throw StirError(
        .invalidData,
        "sets are compared by at least \(counted(least, "item")) of each, found "
          + counts.map(String.init).joined(separator: " and "))
    }
    let d = reference[0].count
    let rows = (others + [reference]).joined()
    guard d > 0, rows.allSatisfy({ $0.count == d }) else {
      throw StirError(.invalidData, "items have features of unequal number")
    }
    guard rows.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
      throw StirError(.invalidData, "items have features that are not numbers")
    }
    let n = Double(reference.count)
    let mean = (0..<d).map { i in reference.reduce(0) { $0 + Double($1[i]) } / n }
    let spread = (0..<d).map { i in
      let squares = reference.reduce(0) {
        $0 + (Double($1[i]) - mean[i]) * (Double($1[i]) - mean[i])
      }
      return (squares / n).squareRoot()
    }
    let least = max(0.1 * (spread.max() ?? 0), 1e-6)
    self.mean = mean
    deviation = spread.map { max($0, least) }
  }

  /// `set` in deviations of the reference from its mean, within ±5.
  func callAsFunction(_ set: [[Float]]) -> [[Double]] {
    set.map { row in
      row.indices.map { min(max((Double(row[$0]) - mean[$0]) / deviation[$0], -5), 5) }
    }
  }
}

/// Σ (a - b)².
func squaredDistance(_ a: [Double], _ b: [Double]) -> Double {
  var square = 0.0
  for i in a.indices { square += (a[i] - b[i]) * (a[i] - b[i]) }
  return square
}
