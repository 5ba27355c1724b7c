import Core
import Diffusion
import Foundation
import Schedules
import Tensors
import Testing

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
