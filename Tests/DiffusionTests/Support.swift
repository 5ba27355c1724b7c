import Core
import Diffusion
import Foundation
import Schedules
import Tensors
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

/// The same of whole vectors; a failure names the worst element.
func expectClose(
  _ found: [Double], _ expected: [Double], rtol: Double = 0, atol: Double = 0, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.count == expected.count, "\(what)", sourceLocation: sourceLocation)
  let excess = zip(found, expected).map { abs($0 - $1) - atol - rtol * abs($1) }
  // NaN is over every tolerance.
  let worst = excess.indices.max { (excess[$1].isNaN ? .infinity : excess[$1]) > excess[$0] }
  guard let worst else { return }
  expectClose(
    found[worst], expected[worst], rtol: rtol, atol: atol, "\(what)[\(worst)]",
    sourceLocation: sourceLocation)
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

/// Normal float64 numbers, the same for the same `seed`.
func normal(_ shape: [Int], seed: UInt32) throws -> Tensor {
  try RandomSource(engineSeed: seed).normal(shape).to(.float64)
}

/// An endless stream of ``normal(_:seed:)``.
func normals(
  _ shape: [Int], seed: UInt32, dtype: DType = .float64
) throws -> () throws -> Tensor {
  let source = try RandomSource(engineSeed: seed)
  return { try source.normal(shape).to(dtype) }
}

/// A variance-preserving level with a log-SNR drawn evenly from −`bound`...`bound`.
func randomLevel(
  _ random: inout SplitMix64, bound: Double = 12
) -> NoiseLevel {
  NoiseLevel(logSNR: bound * (2 * random.uniform() - 1))
}

let seeds: [UInt64] = Array(0..<20)

/// Every kind of step that there is.
let samplers: [Sampler] = [
  .ddim(eta: 0), .ddim(eta: 0.5), .ddim(eta: 1), .ddpm(variance: .fixedSmall),
  .ddpm(variance: .fixedLarge),
]
