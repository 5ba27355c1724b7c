import Schedules
import TestSupport
import Testing

/// A schedule and what is published of it at some timesteps.
struct PublishedLevels: CustomTestStringConvertible, Sendable {
  var name: String
  var schedule: NoiseSchedule
  var values: [(timestep: Int, value: Double)]
  var testDescription: String { name }
}

/// Golden scalars from the formulas in double precision, to the eight or nine digits given.
@Suite struct PublishedScheduleTests {
  static let timesteps = [0, 1, 10, 100, 250, 500, 750, 998, 999]

  static let publishedAlphasCumprod = [
    PublishedLevels(
      name: "linear 1e-4...0.02, T = 1000", schedule: .linear,
      values: Array(
        zip(
          timesteps,
          [
            0.9999, 0.999780092, 0.997806573, 0.895141591, 0.521423031, 0.0777966584, 0.00330015836,
            4.11819364e-5, 4.03582977e-5,
          ])
      ).map { ($0, $1) }),
    PublishedLevels(
      name: "cosine, T = 1000", schedule: .cosine,
      values: Array(
        zip(
          timesteps,
          [
            0.999958716, 0.999912576, 0.999278904, 0.971575682, 0.845887986, 0.492285172,
            0.143178646, 2.42876691e-6, 2.42876691e-9,
          ])
      ).map { ($0, $1) }),
  ]

  static let diffWave = NoiseSchedule(
    .linear, betaStart: 1e-4, betaEnd: 0.05, numTrainTimesteps: 50)

  static let publishedNoiseLevels = [
    PublishedLevels(
      name: "WaveGrad, T = 1000", schedule: .waveGrad,
      values: [
        (0, 0.9999995), (1, 0.999993995), (99, 0.975475193), (499, 0.534937379),
        (998, 0.081789604), (999, 0.0813796285),
      ]),
    PublishedLevels(
      name: "DiffWave, T = 50", schedule: diffWave,
      values: [
        (0, 0.99995), (1, 0.99939069), (24, 0.85615213), (48, 0.54257912), (49, 0.52884071),
      ]),
  ]

  @Test(arguments: publishedAlphasCumprod) func alphasCumprod(_ published: PublishedLevels) throws {
    let table = try published.schedule.table()
    for (timestep, value) in published.values {
      expectClose(table.alphasCumprod[timestep], value, rtol: 5e-9, "ᾱ_\(timestep)")
      expectClose(table[timestep].alphaCumprod, value, rtol: 5e-9, "level ᾱ_\(timestep)")
    }
  }

  @Test(arguments: publishedNoiseLevels) func noiseLevels(_ published: PublishedLevels) throws {
    let table = try published.schedule.table()
    for (timestep, value) in published.values {
      expectClose(table[timestep].noiseLevel, value, atol: 5e-9, "√ᾱ_\(timestep)")
      expectClose(table[timestep].alpha, value, atol: 5e-9, "alpha_\(timestep)")
    }
  }

  /// DiffWave's six-step table on its T = 50 training chain.
  @Test func diffWaveAlignment() throws {
    let training = try Self.diffWave.table()
    let inference = try NoiseSchedule.betas([1e-4, 1e-3, 1e-2, 5e-2, 0.2, 0.5]).table()
    let published = [0, 0.894134, 4.086654, 10.451817, 22.992493, 42.918643]
    for (level, timestep) in zip(inference.levels, published) {
      expectClose(training.timestep(of: level), timestep, atol: 5e-7)
    }
  }

  /// The sigmoid shape is diffusers' own formula: the ends, the middle, and point symmetry.
  @Test func sigmoidBetas() throws {
    let betas = try NoiseSchedule.sigmoid.table().betas
    let atMinusSix = 0.0024726231566347743
    expectClose(betas[0], 1e-4 + 0.0199 * atMinusSix, rtol: 1e-12)
    expectClose(betas[999], 0.02 - 0.0199 * atMinusSix, rtol: 1e-12)
    for t in 0..<500 { expectClose(betas[t] + betas[999 - t], 0.0201, rtol: 1e-12) }
  }

  @Test func waveGradLadder() throws {
    let betas = [1e-6, 1.89287e-5, 1.19432e-4, 1.00475e-3, 1.10943e-2, 6e-2]
    let ladder = try Ladder(betas: betas)
    #expect(ladder.count == 6)
    #expect(ladder.last?.next == .clean)
    #expect(ladder.allSatisfy { $0.timestep == nil })
    expectClose(ladder.start.alphaCumprod, betas.reduce(1) { $0 * (1 - $1) }, rtol: 1e-14)
    for (step, beta) in zip(ladder, betas.reversed()) {
      expectClose(step.transition.varianceTS, beta, rtol: 1e-10)
    }
  }
}
