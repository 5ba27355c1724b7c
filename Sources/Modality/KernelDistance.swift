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
/// - Throws: `StirError.Code.invalidData` for fewer than two items, and for features of unequal
///   number or that are not numbers.
public func kernelDistance(_ made: [[Float]], _ real: [[Float]]) throws -> Double {
  let scale = try FeatureScale(of: real, for: made, atLeast: 2)
  let (x, y) = (scale(made), scale(real))
  let d = Double(y[0].count)
  func kernel(_ a: [Double], _ b: [Double]) -> Double {
    let square = squaredDistance(a, b)
    let alphas = [0.2, 0.5, 1, 2, 5]
    return alphas.reduce(0) { $0 + pow(1 + square / (2 * $1 * d), -$1) } / 5
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
