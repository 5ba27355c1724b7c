import Diffusion
import Schedules
import Tensors
import Testing

@Suite struct ProgressTests {
  @Test(arguments: samplers, [1, 7]) func countsTheSteps(sampler: Sampler, steps: Int) throws {
    var counts: [Int] = []
    try walk(sampler, steps: steps) { counts.append($0) }
    #expect(counts == Array(1...steps))
  }

  /// What the callback throws ends the walk there and then, and comes out as it is.
  @Test(arguments: samplers, [1, 4, 7]) func throwingEndsTheWalk(sampler: Sampler, at: Int) {
    let denoiser = RecordingDenoiser(GaussianDenoiser(mean: 0, deviation: 1))
    #expect(throws: Stop(step: at)) {
      try walk(sampler, steps: 7, denoiser) { if $0 == at { throw Stop(step: at) } }
    }
    #expect(denoiser.states.count == sampler.evaluations(steps: at, of: 7))
  }

  /// So does what the denoiser or the noise throws.
  @Test(arguments: samplers) func otherErrorsPass(sampler: Sampler) throws {
    #expect(throws: Stop(step: 0)) { try walk(sampler, steps: 7, FailingDenoiser()) { _ in } }
    guard sampler.drawsNoise else { return }
    let x = try normal([1, 1, 4], seed: 1)
    let ladder = try NoiseSchedule.cosine.table().ladder(steps: 3, spacing: .trailing)
    #expect(throws: UnexpectedNoise()) {
      try sampler.sample(
        IdentityDenoiser(), from: x, along: ladder, noise: { throw UnexpectedNoise() })
    }
  }

  /// Handles are counted over the whole process, so the count is taken in one of its own.
  @Test func leaksNothing() async {
    await #expect(processExitsWith: .success) {
      for sampler in samplers {
        let before = Engine.liveHandles
        var during = 0
        try walk(sampler, steps: 7) { _ in during = Engine.liveHandles }
        try #require(during > before)
        try #require(Engine.liveHandles == before)
        #expect(throws: Stop(step: 4)) {
          try walk(sampler, steps: 7) { if $0 == 4 { throw Stop(step: 4) } }
        }
        try #require(Engine.liveHandles == before)
        #expect(throws: Stop(step: 0)) { try walk(sampler, steps: 7, FailingDenoiser()) { _ in } }
        try #require(Engine.liveHandles == before)
      }
    }
  }
}

private struct Stop: Error, Equatable {
  var step: Int
}

private struct FailingDenoiser: Denoiser {
  func callAsFunction(_ x: Tensor, at level: NoiseLevel) throws -> Tensor { throw Stop(step: 0) }
}

/// A walk down `steps` rungs with per-item noise and a clipped denoiser.
private func walk(
  _ sampler: Sampler, steps: Int,
  _ denoiser: some Denoiser = GaussianDenoiser(mean: 0.3, deviation: 0.5),
  progress: (Int) throws -> Void
) throws {
  let noise = try BatchNoise(seed: 1, items: 0..<3, shape: [1, 10])
  _ = try sampler.sample(
    DynamicThresholdDenoiser(denoiser), from: noise.next(),
    along: NoiseSchedule.cosine.table().ladder(steps: steps, spacing: .trailing),
    noise: noise.next, progress: progress)
}
