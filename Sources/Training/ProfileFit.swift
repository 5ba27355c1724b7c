import Foundation

/// Averages with power profiles, as a weighted sum that comes nearest to an average with another.
///
/// The squared difference of the profiles is least among sums whose coefficients add up to 1, so that
/// weights that stood still are left as they were. A profile that is among them is met exactly.
///
/// Reference: Karras et al. 2024 (EDM2), section 3.2 and algorithm 3; the sum of 1 is added here.
struct ProfileFit {
  /// A profile and the number of the update that it ends at.
  typealias Average = (profile: PowerProfile, end: Double)

  /// One for each average; they add up to 1.
  let coefficients: [Double]
  /// The norm of the difference of the profiles over the norm of the one asked for: 0 is exact.
  let error: Double

  /// - Parameter averages: no two alike, each ending at update 1 or later.
  init(_ target: Average, from averages: [Average]) {
    /// In units of the target's end, so that everything is near 1.
    func product(_ a: Average, _ b: Average) -> Double {
      a.profile.innerProduct(endingAt: a.end / target.end, b.profile, endingAt: b.end / target.end)
    }
    let n = averages.count
    let products = averages.map { a in averages.map { product(a, $0) } }
    let wanted = averages.map { product($0, target) }
    // The last unknown is Lagrange's multiplier.
    let solution = solve(
      products.map { $0 + [1] } + [Array(repeating: 1, count: n) + [0]], wanted + [1])
    coefficients = Array(solution.prefix(n))
    var square = product(target, target)
    for i in 0..<n {
      square -= 2 * coefficients[i] * wanted[i]
      for j in 0..<n { square += coefficients[i] * products[i][j] * coefficients[j] }
    }
    error = (max(0, square) / product(target, target)).squareRoot()
  }
}

/// x of `matrix` x = `right`, by elimination with the largest pivot of each column.
private func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
  let n = right.count
  var rows = zip(matrix, right).map { $0 + [$1] }
  for column in 0..<n {
    let pivot = (column..<n).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
    rows.swapAt(column, pivot)
    for row in (column + 1)..<max(column + 1, n) {
      let factor = rows[row][column] / rows[column][column]
      for k in column...n { rows[row][k] -= factor * rows[column][k] }
    }
  }
  var solution = [Double](repeating: 0, count: n)
  for row in (0..<n).reversed() {
    let known = ((row + 1)..<max(row + 1, n)).reduce(0) { $0 + rows[row][$1] * solution[$1] }
    solution[row] = (rows[row][n] - known) / rows[row][row]
  }
  return solution
}
