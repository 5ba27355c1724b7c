import Foundation

/// How far two sets of items are apart, by their features: the squared maximum mean discrepancy
/// without bias, with a sum of rational quadratic kernels. 0 is expected of two draws from one
/// distribution (what comes out may be a little below), 2 of sets that have nothing in common.
///
/// Each of the d features is shifted and scaled so that `real` has mean 0 and variance 1, because no
/// trained network says which of them matters; but what varies less than a tenth as much as the
/// feature that varies most is scaled by that tenth, and what is more than five deviations off counts
/// as five, so that a feature that hardly varies does not outweigh all others. The kernels are the
/// mean of (1 + |x - y|²/(2αd))^-α over α = 0.2, 0.5, 1, 2, 5: unlike the cubic kernel of the kernel
/// inception distance they are bounded, and single odd items do not decide.
///
/// Reference: Gretton et al., "A kernel two-sample test" (2012), equation 3; the kernels of
/// Bińkowski, Sutherland, Arbel and Gretton, "Demystifying MMD GANs" (2018).
///
/// - Parameters:
///   - made: [items][features], at least two items.
///   - real: the same, with as many features.
/// - Throws: `StirError.Code.invalidData` for fewer than two items, or features of unequal number.
public func kernelDistance(_ made: [[Float]], _ real: [[Float]]) throws -> Double {
  guard made.count >= 2, real.count >= 2 else {
    throw StirError(
      .invalidData,
      "a distance between sets takes at least 2 items of each, found \(made.count) and \(real.count)"
    )
  }
  let d = real[0].count
  guard d > 0, (made + real).allSatisfy({ $0.count == d }) else {
    throw StirError(.invalidData, "items have features of unequal number")
  }
  let (x, y) = standardized(made, by: real)
  func kernel(_ a: [Double], _ b: [Double]) -> Double {
    var square = 0.0
    for i in 0..<d { square += (a[i] - b[i]) * (a[i] - b[i]) }
    let alphas = [0.2, 0.5, 1, 2, 5]
    return alphas.reduce(0) { $0 + pow(1 + square / (2 * $1 * Double(d)), -$1) } / 5
  }
  func within(_ set: [[Double]]) -> Double {
    var sum = 0.0
    for i in set.indices { for j in 0..<i { sum += kernel(set[i], set[j]) } }
    return 2 * sum / Double(set.count * (set.count - 1))
  }
  var between = 0.0
  for a in x { for b in y { between += kernel(a, b) } }
  return within(x) + within(y) - 2 * between / Double(x.count * y.count)
}

/// Both sets with the shift and the scale that give `real` mean 0 and variance 1, within ±5.
private func standardized(_ made: [[Float]], by real: [[Float]]) -> ([[Double]], [[Double]]) {
  let (d, n) = (real[0].count, Double(real.count))
  let mean = (0..<d).map { i in real.reduce(0) { $0 + Double($1[i]) } / n }
  let deviation = (0..<d).map { i in
    let square = real.reduce(0) { $0 + (Double($1[i]) - mean[i]) * (Double($1[i]) - mean[i]) }
    return (square / n).squareRoot()
  }
  let least = max(0.1 * (deviation.max() ?? 0), 1e-6)
  func apply(_ set: [[Float]]) -> [[Double]] {
    set.map { row in
      (0..<d).map { min(max((Double(row[$0]) - mean[$0]) / max(deviation[$0], least), -5), 5) }
    }
  }
  return (apply(made), apply(real))
}
