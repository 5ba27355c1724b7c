/// How far two sets of items are apart, by their features: the squared maximum mean discrepancy with
/// the kernel (x·y/d + 1)³, without bias. 0 is expected of two draws from one distribution, and what
/// comes out may be a little below.
///
/// Each of the d features is shifted and scaled so that `real` has mean 0 and variance 1, because no
/// trained network says which of them matters.
///
/// Reference: Bińkowski, Sutherland, Arbel and Gretton, "Demystifying MMD GANs" (2018), equation 4
/// and section 4 (the kernel inception distance, here on a modality's own features).
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
    var product = 0.0
    for i in 0..<d { product += a[i] * b[i] }
    let base = product / Double(d) + 1
    return base * base * base
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

/// Both sets with the shift and the scale that give `real` mean 0 and variance 1; a feature that
/// does not vary there is scaled as if its standard deviation were 1e-3.
private func standardized(_ made: [[Float]], by real: [[Float]]) -> ([[Double]], [[Double]]) {
  let (d, n) = (real[0].count, Double(real.count))
  let mean = (0..<d).map { i in real.reduce(0) { $0 + Double($1[i]) } / n }
  let deviation = (0..<d).map { i in
    let square = real.reduce(0) { $0 + (Double($1[i]) - mean[i]) * (Double($1[i]) - mean[i]) }
    return max((square / n).squareRoot(), 1e-3)
  }
  func apply(_ set: [[Float]]) -> [[Double]] {
    set.map { row in (0..<d).map { (Double(row[$0]) - mean[$0]) / deviation[$0] } }
  }
  return (apply(made), apply(real))
}
