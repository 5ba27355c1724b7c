/// Which share of what was made lies where real items lie (precision: is it good?), and which share
/// of the real items lies where made ones lie (recall: is there everything?).
///
/// Where the items of a set lie is the union of balls, one around each of them, that reach as far as
/// its third nearest neighbour in the set. Features are shifted, scaled and bounded by `real` as in
/// ``kernelDistance(_:_:)``. Two draws from one distribution do not reach 1, the less the more
/// features there are: compare with what another real set of the same size gets.
///
/// Reference: Kynkäänniemi et al., "Improved precision and recall metric for assessing generative
/// models" (2019), equations 1 and 2, k = 3.
///
/// - Parameters:
///   - made: [items][features], at least four items.
///   - real: the same, with as many features.
/// - Throws: `StirError.Code.invalidData` for fewer than four items, and for features of unequal
///   number or that are not numbers.
public func precisionAndRecall(
  _ made: [[Float]], _ real: [[Float]]
) throws -> (precision: Double, recall: Double) {
  let neighbours = 3
  let scale = try FeatureScale(of: real, for: made, atLeast: neighbours + 1)
  let (x, y) = (scale(made), scale(real))
  /// The squared distance of each item to its third neighbour.
  func radii(_ set: [[Double]]) -> [Double] {
    set.indices.map { i in
      var distances = set.indices.filter { $0 != i }.map { squaredDistance(set[i], set[$0]) }
      distances.sort()
      return distances[neighbours - 1]
    }
  }
  func share(of set: [[Double]], within others: [[Double]]) -> Double {
    let radii = radii(others)
    let inside = set.count { item in
      others.indices.contains { squaredDistance(item, others[$0]) <= radii[$0] }
    }
    return Double(inside) / Double(set.count)
  }
  return (share(of: x, within: y), share(of: y, within: x))
}
