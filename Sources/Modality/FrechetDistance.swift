/// How far two sets of items are apart, by the means and covariances of their features: the squared
/// Fréchet distance |m₁ - m₂|² + tr(C₁ + C₂ - 2(C₁C₂)^½) of the normal distributions with those
/// moments. 0 for equal moments; without bound.
///
/// Features are shifted, scaled and bounded by `real` as in ``kernelDistance(_:_:)``, since here no
/// trained network gives them a common scale.
///
/// The covariance of fewer items than some multiples of the number of features is badly known, and
/// its distance biased upwards. Both covariances are therefore drawn towards a multiple of the
/// identity, (1 - λ)C + λ tr(C)/d, by the larger of the two λ that Ledoit and Wolf's estimate finds:
/// near 0 for many items, so that nothing changes, near 1 for few, so that in the main means and
/// overall spreads are compared. What bias stays is that of another real set of the same size.
///
/// Reference: Heusel et al., "GANs trained by a two time-scale update rule" (2017), equation 6;
/// Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices" (2004),
/// section 3.2.
///
/// - Parameters:
///   - made: [items][features], at least two items.
///   - real: the same, with as many features.
/// - Throws: `StirError.Code.invalidData` for fewer than two items, and for features of unequal
///   number or that are not numbers.
public func frechetDistance(_ made: [[Float]], _ real: [[Float]]) throws -> Double {
  let scale = try FeatureScale(of: real, for: made, atLeast: 2)
  let (a, b) = (Moments(of: scale(made)), Moments(of: scale(real)))
  let shrinkage = max(a.shrinkage, b.shrinkage)
  return squaredFrechetDistance(a.shrunk(by: shrinkage), b.shrunk(by: shrinkage))
}

/// Mean and covariance.
struct Moments {
  /// [d].
  var mean: [Double]
  /// [d × d], symmetric and positive semidefinite, divided by the number of items.
  var covariance: [Double]
  /// The λ of Ledoit and Wolf 2004, lemma 3.2 to 3.5: the share of the identity, from 0 to 1.
  var shrinkage = 0.0

  init(mean: [Double], covariance: [Double]) {
    (self.mean, self.covariance) = (mean, covariance)
  }

  init(of items: [[Double]]) {
    let (n, d) = (Double(items.count), items[0].count)
    let mean = (0..<d).map { i in items.reduce(0) { $0 + $1[i] } / n }
    var covariance = [Double](repeating: 0, count: d * d)
    var fourth = 0.0
    for item in items {
      let x = zip(item, mean).map { $0 - $1 }
      let square = x.reduce(0) { $0 + $1 * $1 }
      fourth += square * square / n
      for i in 0..<d { for j in 0..<d { covariance[i * d + j] += x[i] * x[j] / n } }
    }
    self.init(mean: mean, covariance: covariance)
    let norm = covariance.reduce(0) { $0 + $1 * $1 }
    // How far the covariance is from the multiple of the identity, and how far off it may be itself.
    let dispersion = norm - trace * trace / Double(d)
    let error = (fourth - norm) / n
    shrinkage = dispersion > 0 ? min(1, max(0, error / dispersion)) : 0
  }

  var trace: Double { mean.indices.reduce(0) { $0 + covariance[$1 * (mean.count + 1)] } }

  func shrunk(by share: Double) -> Moments {
    let (d, variance) = (mean.count, trace / Double(mean.count))
    var shrunk = self
    shrunk.covariance = covariance.map { $0 * (1 - share) }
    for i in 0..<d { shrunk.covariance[i * (d + 1)] += share * variance }
    return shrunk
  }
}

/// |m₁ - m₂|² + tr(C₁ + C₂ - 2(C₁C₂)^½).
///
/// With C = LLᵀ the eigenvalues of C₁C₂ are the squares of the singular values of L₁ᵀL₂, so the last
/// trace is the sum of those: no root is taken of what rounding has left of an eigenvalue 0.
func squaredFrechetDistance(_ a: Moments, _ b: Moments) -> Double {
  let d = a.mean.count
  let (left, right) = (choleskyFactor(a.covariance, d), choleskyFactor(b.covariance, d))
  var product = [Double](repeating: 0, count: d * d)
  for k in 0..<d {
    for i in 0...k { for j in 0...k { product[i * d + j] += left[k * d + i] * right[k * d + j] } }
  }
  return squaredDistance(a.mean, b.mean) + a.trace + b.trace - 2 * sumOfSingularValues(product, d)
}

/// The lower triangular L of LLᵀ = `matrix`, which is [d × d] and positive semidefinite: a pivot
/// that is 0 but for rounding leaves a column of zeros.
private func choleskyFactor(_ matrix: [Double], _ d: Int) -> [Double] {
  var factor = [Double](repeating: 0, count: d * d)
  let least = Double(d) * .ulpOfOne * (0..<d).reduce(0) { max($0, matrix[$1 * (d + 1)]) }
  for j in 0..<d {
    var pivot = matrix[j * (d + 1)]
    for k in 0..<j { pivot -= factor[j * d + k] * factor[j * d + k] }
    guard pivot > least else { continue }
    let root = pivot.squareRoot()
    factor[j * (d + 1)] = root
    for i in (j + 1)..<max(j + 1, d) {
      var value = matrix[i * d + j]
      for k in 0..<j { value -= factor[i * d + k] * factor[j * d + k] }
      factor[i * d + j] = value / root
    }
  }
  return factor
}

/// The sum of the singular values of a [d × d] matrix, which rotations of two rows at a time make
/// the lengths of rows at right angles; exact to some d ulp of the largest.
///
/// Reference: Hestenes, "Inversion of matrices by biorthogonalization" (1958).
func sumOfSingularValues(_ matrix: [Double], _ d: Int) -> Double {
  var matrix = matrix
  return matrix.withUnsafeMutableBufferPointer { rows in
    // Some 10 sweeps do; the bound is for rows near the least numbers that there are.
    for _ in 0..<60 {
      var turned = false
      for i in 0..<d {
        for j in 0..<i {
          let (p, q) = (rows.baseAddress! + i * d, rows.baseAddress! + j * d)
          var (pp, qq, pq) = (0.0, 0.0, 0.0)
          for k in 0..<d {
            pp += p[k] * p[k]
            qq += q[k] * q[k]
            pq += p[k] * q[k]
          }
          // What is left of an angle counts by its square.
          guard abs(pq) > 1e-10 * pp.squareRoot() * qq.squareRoot() else { continue }
          turned = true
          let ratio = (qq - pp) / (2 * pq)
          let tangent = (ratio < 0 ? -1 : 1) / (abs(ratio) + (1 + ratio * ratio).squareRoot())
          let cosine = 1 / (1 + tangent * tangent).squareRoot()
          let sine = cosine * tangent
          for k in 0..<d {
            (p[k], q[k]) = (cosine * p[k] - sine * q[k], sine * p[k] + cosine * q[k])
          }
        }
      }
      if !turned { break }
    }
    return (0..<d).reduce(0) { sum, i in
      sum + (0..<d).reduce(0) { $0 + rows[i * d + $1] * rows[i * d + $1] }.squareRoot()
    }
  }
}
