import Core
import Diffusion
import Foundation
import Schedules
import Tensors
import TestSupport
import Testing

/// No sampler makes a value that is not a number, on any ladder that there is.
@Suite struct EveryLadderTests {
  static let gaussian = GaussianDenoiser(mean: 0.3, deviation: 0.5)

  private func walked(_ sampler: Sampler, _ ladder: Ladder) throws -> [Double] {
    try sampler.sample(
      Self.gaussian, from: normal([1, 1, 8], seed: 1), along: ladder,
      noise: normals([1, 1, 8], seed: 2)
    ).doubles()
  }

  @Test(arguments: samplers) func staysFinite(sampler: Sampler) throws {
    for seed: UInt64 in 0..<6 {
      var random = SplitMix64(seed: seed)
      let count = Int.random(in: 1...60, using: &random)
      let betas = (0..<count).map { _ in pow(10, -7 + 6.3 * random.uniform()) }
      let table = try NoiseSchedule.betas(betas).table()
      for steps in Set([1, min(2, count), min(3, count), min(15, count), count]) {
        for end in FinalLevel.allCases {
          var ladders = try TimestepSpacing.allCases.map {
            try table.ladder(steps: steps, spacing: $0, finalLevel: end)
          }
          if count > 1 {
            ladders += try SigmaSpacing.allCases.map {
              try table.ladder(steps: steps, spacing: $0, finalLevel: end)
            }
          }
          for ladder in ladders {
            let x = try walked(sampler, ladder)
            #expect(x.allSatisfy { $0.isFinite }, "\(steps) of \(betas), to \(end): \(x)")
          }
        }
      }
    }
  }

  /// From noise alone a sampler either walks or says what to do instead.
  @Test(arguments: samplers, [1, 2, 3, 10]) func fromNoiseAlone(sampler: Sampler, steps: Int) throws
  {
    let betas = (0..<20).map { $0 < 19 ? 0.02 * Double($0 + 1) : 1 }
    let table = try NoiseSchedule.betas(betas).table()
    let ladder = try table.ladder(steps: steps, spacing: .trailing)
    try #require(ladder.start.alpha == 0)
    if sampler.needsSignal {
      try expectError(.configuration, containing: "alpha 0", "take ddim") {
        _ = try walked(sampler, ladder)
      }
    } else {
      #expect(try walked(sampler, ladder).allSatisfy(\.isFinite))
    }
    let noise = try ddimInversion(Self.gaussian, from: normal([1, 1, 8], seed: 1), along: ladder)
    #expect(try noise.doubles().allSatisfy(\.isFinite))
  }

  /// The default ladder begins at almost no signal; in few steps too, every deterministic sampler
  /// comes near the data.
  @Test(arguments: samplers.filter { !$0.drawsNoise }, [6, 12, 30])
  func fromAlmostNoise(sampler: Sampler, steps: Int) throws {
    let ladder = try NoiseSchedule.cosine.table().ladder(steps: steps, spacing: .trailing)
    let moments = try SamplerMoments(sampler, Self.gaussian, along: ladder)
    expectClose(moments.mean(), 0.3, atol: 0.05)
    expectClose(moments.variance().squareRoot(), 0.5, atol: 0.17)
  }

  /// A single step to clean is the x0 estimate, of whichever sampler.
  @Test(arguments: samplers) func oneStepIsTheEstimate(sampler: Sampler) throws {
    let ladder = try NoiseSchedule.linear.table().ladder(steps: 1, spacing: .trailing)
    let x = try normal([1, 1, 8], seed: 1)
    let estimate = try Self.gaussian(x, at: ladder.start).doubles()
    expectClose(try walked(sampler, ladder), estimate, rtol: 1e-9, atol: 1e-9)
  }
}
