import Audio
import Core
import Foundation
import Networks
import TestSupport
import Testing
import Training

/// The README's library example, as it stands there but for its sizes.
@Suite struct LibraryTests {
  @Test func readmeExampleRuns() async throws {
    let folder = try TemporaryFolder()
    let audio = try AudioModality(sampleRate: 8_000, length: 1_024)
    let clips = try audio.dataset(at: drums)
    let run = try Trainer(
      network: UNet(.small, layout: audio.layout), process: .cosine, prediction: .velocity,
      data: clips)
    for try await step in run.steps(2) { #expect(step.loss.isFinite) }
    let made = try run.model.sample(count: 2, steps: 2, sampler: .ddim(eta: 0), seed: 7)
    #expect(made.count == 2)
    try audio.write(made[0], to: folder["seven.wav"])
    #expect(try audio.dataset(at: folder["seven.wav"]).count == 1)
  }
}
