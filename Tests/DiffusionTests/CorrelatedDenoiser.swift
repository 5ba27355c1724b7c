import Diffusion
import Schedules
import Tensors

/// The perfect denoiser of data x0 ~ N(0, `covariance`) along the last axis.
final class CorrelatedDenoiser: Denoiser {
  let covariance: [[Double]]
  private var matrices: [NoiseLevel: Tensor] = [:]

  init(covariance: [[Double]]) { self.covariance = covariance }

  /// A stationary process x_t = ρ·x_{t−1} + …, of variance 1, seen through `extent` positions.
  convenience init(autoregressive ρ: Double, extent: Int) {
    self.init(
      covariance: (0..<extent).map { i in (0..<extent).map { power(ρ, abs(i - $0)) } })
  }

  /// E[x0 | x] = alpha·Σ(alpha²·Σ + sigma²·I)⁻¹·x.
  func callAsFunction(_ x: Tensor, at level: NoiseLevel) throws -> Tensor {
    let matrix = try matrices[level] ?? transposedGain(at: level)
    matrices[level] = matrix
    return try x.matmul(matrix.to(x.dtype))
  }

  private func transposedGain(at level: NoiseLevel) throws -> Tensor {
    let n = covariance.count
    let noisy = (0..<n).map { i in
      (0..<n).map { j in
        level.alpha * level.alpha * covariance[i][j] + (i == j ? level.sigma * level.sigma : 0)
      }
    }
    // Both matrices are symmetric, so the transpose of Σ·N⁻¹ solves N·X = Σ.
    let solution = solve(noisy, covariance).flatMap { $0.map { $0 * level.alpha } }
    return try Tensor(solution, shape: [n, n])
  }

  /// E[x_missing | x_known] and the variances of what is missing.
  func conditional(on known: [Int: Double]) -> (means: [Int: Double], variances: [Int: Double]) {
    let given = known.keys.sorted()
    let missing = covariance.indices.filter { known[$0] == nil }
    let block = given.map { i in given.map { covariance[i][$0] } }
    let weights = solve(block, given.map { i in missing.map { covariance[i][$0] } })
    var (means, variances): ([Int: Double], [Int: Double]) = ([:], [:])
    for (m, position) in missing.enumerated() {
      means[position] = given.indices.reduce(0) {
        $0 + weights[$1][m] * known[given[$1], default: 0]
      }
      variances[position] = given.indices.reduce(covariance[position][position]) {
        $0 - weights[$1][m] * covariance[given[$1]][position]
      }
    }
    return (means, variances)
  }
}

/// X with a·X = b, by Gaussian elimination; `a` is positive definite, so no pivot is 0.
private func solve(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
  var (a, b) = (a, b)
  for column in a.indices {
    let pivot = a[column][column]
    for row in a.indices where row != column && a[row][column] != 0 {
      let factor = a[row][column] / pivot
      for k in column..<a.count { a[row][k] -= factor * a[column][k] }
      for k in b[row].indices { b[row][k] -= factor * b[column][k] }
    }
  }
  return a.indices.map { row in b[row].map { $0 / a[row][row] } }
}

private func power(_ base: Double, _ exponent: Int) -> Double {
  (0..<exponent).reduce(1) { product, _ in product * base }
}
