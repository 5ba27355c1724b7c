import Diffusion
import Schedules
import Tensors
import TestSupport
import Testing

@Suite struct NetworkDenoiserTests {
  /// One √ᾱ for the whole batch, which for a variance-exploding level is not its alpha.
  @Test(arguments: [
    (NoiseLevel(alpha: 0.6, sigma: 0.8), 0.6), (NoiseLevel(alpha: 1, sigma: 0.8 / 0.6), 0.6),
  ])
  func tellsTheNoiseLevel(level: NoiseLevel, told: Double) throws {
    let network = ListeningNetwork()
    _ = try NetworkDenoiser(network, prediction: .sample)(normal([3, 1, 4], seed: 0), at: level)
    #expect(network.heard.count == 1)
    expectClose(network.heard.first ?? [], [told], rtol: 1e-12)
  }

  /// The network is asked once what it makes of a level, however many batches walk over it.
  @Test func conditionsOncePerLevel() throws {
    let network = CountingNetwork()
    let denoiser = NetworkDenoiser(network, prediction: .sample)
    let levels = [NoiseLevel(alpha: 0.6, sigma: 0.8), NoiseLevel(alpha: 0.8, sigma: 0.6)]
    for _ in 0..<3 {
      for level in levels {
        let x = try denoiser(.full(1, shape: [2, 1, 4]), at: level)
        expectClose(try x.doubles(), .init(repeating: level.noiseLevel, count: 8), rtol: 1e-6)
      }
    }
    #expect(network.conditioned == 2)
  }

  /// A network that computes in bfloat16 gives an estimate in the type of the state.
  @Test(arguments: [DType.float32, .float64]) func keepsTheStatesType(dtype: DType) throws {
    let x = try normal([2, 1, 4], seed: 0).to(dtype)
    for prediction in PredictionType.allCases {
      let denoiser = NetworkDenoiser(ListeningNetwork(output: .bfloat16), prediction: prediction)
      let x0 = try denoiser(x, at: NoiseLevel(alpha: 0.6, sigma: 0.8))
      #expect(x0.dtype == dtype)
      #expect(x0.shape == x.shape)
    }
  }
}

/// Answers with its input times the level, which it counts the making of.
final class CountingNetwork: NoiseConditionedNetwork {
  private(set) var conditioned = 0

  func condition(on noiseLevels: [Double], labels: [Int?]) throws -> Tensor {
    conditioned += 1
    return try Tensor(noiseLevels, shape: [noiseLevels.count, 1, 1]).to(.float32)
  }

  func callAsFunction(_ x: Tensor, conditioning: Tensor) throws -> Tensor { try x * conditioning }
}

/// Answers with its input, and keeps what it was told of the noise.
final class ListeningNetwork: NoiseConditionedNetwork {
  private(set) var heard: [[Double]] = []
  private let output: DType?

  init(output: DType? = nil) { self.output = output }

  func callAsFunction(_ x: Tensor, conditioning noiseLevels: [Double]) throws -> Tensor {
    heard.append(noiseLevels)
    return try x.to(output)
  }
}
