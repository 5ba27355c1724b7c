import Schedules
import Tensors
import TestSupport
import Testing

@testable import Diffusion

@Suite struct EditTests {
  static let model = GaussianDenoiser(mean: 0.3, deviation: 0.5)
  private let ladder: Ladder

  init() throws {
    ladder = try NoiseSchedule.cosine.table().ladder(steps: 20, spacing: .trailing)
  }

  private func edited(
    _ edit: Edit, _ sampler: Sampler, items: Range<Int> = 0..<3,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> [Float] {
    let noise = try BatchNoise(seed: 4, items: items, shape: [2, 9])
    return try edit.sample(
      Self.model, sampler, along: ladder, noise: noise.next, progress: progress
    ).floats()
  }

  private func clip() throws -> Tensor { try normal([1, 2, 9], seed: 6).to(.float32) }

  @Test(arguments: samplers) func strengthZeroIsTheClip(sampler: Sampler) throws {
    let clip = try clip()
    let copies = try (0..<3).flatMap { _ in try clip.floats() }
    #expect(try edited(Edit(x0: clip, strength: 0), sampler) == copies)
    let mask = try Tensor.zeros([1, 1, 9])
    #expect(try edited(Edit(x0: clip, strength: 0, mask: mask), sampler) == copies)
  }

  /// At strength 1 the bytes are those of a generation that knows of no clip.
  @Test(arguments: samplers) func strengthOneIsGeneration(sampler: Sampler) throws {
    let noise = try BatchNoise(seed: 4, items: 0..<3, shape: [2, 9])
    let made = try sampler.sample(
      Self.model, from: noise.next(), along: ladder, noise: noise.next
    ).floats()
    #expect(try edited(Edit(x0: clip()), sampler) == made)
  }

  /// With a deterministic sampler the way back is a flow, whose end is known for every level that
  /// it can be entered at.
  @Test(arguments: [0.1, 0.25, 0.5, 0.9]) func entersTheLadder(strength: Double) throws {
    let ladder = try NoiseSchedule.cosine.table().ladder(steps: 500, spacing: .trailing)
    let (clip, noise) = try (normal([1, 2, 9], seed: 6), normal([2, 2, 9], seed: 7))
    let steps = Int(strength * 500)
    let level = ladder[500 - steps].level
    let found = try Edit(x0: clip, strength: strength).sample(
      Self.model, .ddim(), along: ladder, noise: { noise })
    let states = try level.addNoise(to: clip, noise: noise).doubles()
    expectClose(
      try found.doubles(), states.map { Self.model.flow($0, from: level, to: .clean) }, atol: 0.02)
    #expect(try ladder.suffix(strength: strength)?.count == steps)
    #expect(try ladder.suffix(strength: strength)?.start == level)
  }

  @Test(arguments: [0.0, 0.3, 1], [1, 3])
  func evaluationsAreCounted(strength: Double, resamplings: Int) throws {
    for mask in [nil, try Tensor.zeros([1, 1, 9])] {
      let edit = try Edit(x0: clip(), strength: strength, mask: mask, resamplings: resamplings)
      var calls: [Int] = []
      _ = try edited(edit, .ddpm()) { calls.append($0) }
      let count = edit.evaluations(along: ladder)
      #expect(calls == Array(1..<(count + 1)))
    }
  }

  /// What an item becomes depends on its own noise, not on the batch that it stands in.
  @Test(arguments: samplers) func itemIsTheSameInAnyBatch(sampler: Sampler) throws {
    let mask = try Tensor((0..<9).map { $0 < 4 ? 1 : 0 } as [Float], shape: [1, 1, 9])
    for edit in [
      try Edit(x0: clip(), strength: 0.4),
      try Edit(x0: clip(), strength: 0.8, mask: mask, resamplings: 3),
    ] {
      let all = try edited(edit, sampler, items: 0..<5)
      #expect(try edited(edit, sampler, items: 3..<4) == Array(all[54..<72]))
    }
  }

  /// From one end to the other, with the noise of both; in between on the arc.
  @Test func interpolates() throws {
    let (a, b) = try (normal([2, 2, 9], seed: 1), normal([2, 2, 9], seed: 2))
    func between(_ fraction: Double, strength: Double) throws -> [Double] {
      try interpolation(
        Self.model, .ddim(), from: a, to: b, fraction: fraction, strength: strength, along: ladder,
        noise: normals([2, 2, 9], seed: 3)
      ).doubles()
    }
    expectClose(try between(0, strength: 0), try a.doubles(), rtol: 1e-12)
    expectClose(try between(1, strength: 0), try b.doubles(), rtol: 1e-12)
    for (end, fraction) in [(a, 0.0), (b, 1)] {
      let variation = try Edit(x0: end, strength: 0.5).sample(
        Self.model, .ddim(), along: ladder, noise: normals([2, 2, 9], seed: 3))
      expectClose(try between(fraction, strength: 0.5), try variation.doubles(), rtol: 1e-9)
    }
    // At strength 1 nothing of either is left but the noise that they share.
    expectClose(try between(0.2, strength: 1), try between(0.9, strength: 1), atol: 0.02)
  }

  @Test func slerpKeepsToTheArc() throws {
    let a = try Tensor([3, 0, 1, 1, 2, 0.0], shape: [3, 1, 2])
    let b = try Tensor([0, 3, 2, 2, -2, 0.0], shape: [3, 1, 2])
    let h = 3 / 2.0.squareRoot()
    // A right angle; the same direction; the opposite one, between which no arc is the shortest.
    expectClose(
      try slerp(a, b, fraction: 0.5).doubles(), [h, h, 1.5, 1.5, 0, 0], rtol: 1e-12, atol: 1e-12)
  }
}
