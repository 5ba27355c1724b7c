import Core
import Foundation
import Schedules
import Testing

/// A chain of 1 to 300 unordered β between 1e-7 and 0.2, even in their logarithm.
func randomTable(seed: UInt64) throws -> NoiseTable {
  try randomSchedule(seed: seed).table()
}

func randomSchedule(seed: UInt64) -> NoiseSchedule {
  var random = SplitMix64(seed: seed)
  let count = Int.random(in: 1...300, using: &random)
  return .betas((0..<count).map { _ in pow(10, -7 + 6.3 * random.uniform()) })
}

let seeds: [UInt64] = Array(0..<40)
