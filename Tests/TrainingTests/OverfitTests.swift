import Audio
import Foundation
import Networks
import TestSupport
import Testing

@testable import Training

/// Real recordings, learnt by heart.
@Suite struct OverfitTests {
  /// Four drum hits, half a second each: the loss must fall under 0.15 of what saying nothing costs
  /// (0.11 was measured).
  @Test func tinyModelOverfitsFourClips() throws {
    let folder = try TemporaryFolder()
    let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../samples/audio/drums").standardized
    let walk = FileManager.default.enumerator(at: samples, includingPropertiesForKeys: nil)
    let files = (walk?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "wav" }
      .sorted { $0.path < $1.path }
    for file in stride(from: 0, to: files.count, by: max(1, files.count / 4)).prefix(4) {
      try FileManager.default.copyItem(
        at: files[file], to: folder["\(file).wav"])
    }
    let audio = try AudioModality(sampleRate: 8_000, length: 2_048)
    let clips = try audio.dataset(at: folder.url)
    #expect(clips.count >= 4)

    var configuration = tinyConfiguration {
      $0.steps = 300
      $0.batchSize = 16
      $0.learningRate = 3e-3
      $0.warmupSteps = 20
      $0.heldOutFraction = 0
    }
    configuration.objective.prediction = .velocity
    var network = UNetConfiguration()
    network.width = 16
    network.channelMultipliers = [1, 2, 2]
    network.downFactors = [4, 4]
    network.patch = 4
    network.blocksPerLevel = 1
    network.attentionLevels = [2]
    let trainer = try Trainer(
      network: UNet(network, seed: 1), data: clips, configuration: configuration)
    let losses = try (0..<300).map { _ in try trainer.trainStep().loss }
    let start = losses.prefix(5).reduce(0, +) / 5
    let end = losses.suffix(50).reduce(0, +) / 50
    #expect(end < 0.15 * start, "from \(start) to \(end)")
  }
}
