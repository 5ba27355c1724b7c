import Foundation

/// Looks for the noise levels of a ladder that cost least, one at a time, between their neighbours.
///
/// The noisiest level stays, for there sampling starts. In each round every other ln σ is tried a
/// part of the way towards either neighbour, from half of it in the first round to a sixteenth in the
/// fourth, and kept where the cost falls. So 6 levels take at most 41 costs, where a grid of 9 values
/// for each, as in WaveGrad (Chen et al. 2020, appendix B), takes 9⁶.
///
/// - Parameters:
///   - sigmas: σ = sigma/alpha of the levels to start from, strictly falling, all above 0.
///   - cost: what is to be least; the same ladder must always cost the same. What it throws ends
///     the search.
/// - Returns: the best levels that were tried, never worse than `sigmas`, and their cost.
public func searchLadder(
  from sigmas: [Double], rounds: Int = 4, cost: ([Double]) throws -> Double
) rethrows -> (sigmas: [Double], cost: Double) {
  precondition(zip(sigmas, sigmas.dropFirst()).allSatisfy(>), "the levels fall strictly")
  var logs = sigmas.map { log($0) }
  var least = try cost(sigmas)
  for round in 0..<rounds {
    let part = pow(0.5, Double(round + 1))
    for i in logs.indices.dropFirst() {
      let noisier = logs[i - 1]
      // The last level has clean beneath it: as much room as above.
      let cleaner = i + 1 < logs.count ? logs[i + 1] : 2 * logs[i] - noisier
      for neighbour in [noisier, cleaner] {
        var tried = logs
        tried[i] += part * (neighbour - tried[i])
        let found = try cost([sigmas[0]] + tried.dropFirst().map { exp($0) })
        if found < least {
          (least, logs) = (found, tried)
          break
        }
      }
    }
  }
  return ([sigmas[0]] + logs.dropFirst().map { exp($0) }, least)
}
