import Core
import Foundation
import Schedules
import Testing

/// |found − expected| ≤ atol + rtol·|expected|, with both values in the message of a failure.
func expectClose(
  _ found: Double, _ expected: Double, rtol: Double = 0, atol: Double = 0, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(
    abs(found - expected) <= atol + rtol * abs(expected),
    "\(what) found \(found), expected \(expected)", sourceLocation: sourceLocation)
}

/// `body` throws a configuration error whose message holds every one of `parts`.
func expectConfigurationError(
  _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  let error = #expect(throws: StirError.self, sourceLocation: sourceLocation) { try body() }
  guard let error else { return }
  #expect(error.code == .configuration, sourceLocation: sourceLocation)
  for part in parts {
    #expect(
      error.message.contains(part), "\"\(part)\" is not in \"\(error.message)\"",
      sourceLocation: sourceLocation)
  }
}

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
