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
  .ddpm(variance: .fixedLarge), .euler(), .euler(churn: Churn(9, range: 0.05...50)), .heun(),
  .heun(churn: Churn(9, range: 0.05...50)), .eulerAncestral(), .eulerAncestral(eta: 0.5),
  .dpmSolver2M(), .dpmSolver2MSDE(), .dpmSolver3M(), .unipc(order: 1), .unipc(), .unipc(order: 3),
  .pndm, .lcm, .flowEuler, .flowHeun, .flowRK4,
]

extension Sampler {
  /// Whether it asks for noise after the start.
  var drawsNoise: Bool {
    switch self {
    case .ddim(let eta), .eulerAncestral(let eta): eta > 0
    case .euler(let churn), .heun(let churn): churn.amount > 0
    case .ddpm, .dpmSolver2MSDE, .lcm: true
    default: false
    }
  }

  /// Whether it divides by the alpha of the first level.
  var needsSignal: Bool {
    switch self {
    case .euler, .heun, .eulerAncestral, .pndm: true
    default: false
    }
  }

  /// The calls of the denoiser in the first `steps` of `count` steps from the cosine schedule's
  /// noisiest level, which is almost noise, to clean.
  func evaluations(steps: Int, of count: Int) -> Int {
    switch self {
    case .heun: max(1, 2 * steps - (steps == count ? 2 : 1))
    case .flowHeun: 2 * steps - (steps == count ? 1 : 0)
    case .flowRK4: 4 * steps - (steps == count ? 3 : 0)
    default: steps
    }
  }
}

/// The slope of the straight line through the points, by least squares.
func slope(_ x: [Double], _ y: [Double]) -> Double {
  let (mx, my) = (x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
  let covariance = zip(x, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) }
  return covariance / x.reduce(0) { $0 + ($1 - mx) * ($1 - mx) }
}
