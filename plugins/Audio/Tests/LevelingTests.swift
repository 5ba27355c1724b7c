import Foundation
import Modality
import TestSupport
import Testing

@testable import Audio

@Suite struct LevelingTests {
  @Test func thePartThatIsLoudCounts() throws {
    // A tenth of a second of sound, a hum 40 dB below, and nothing.
    let samples =
      sine(400, amplitude: 0.4, count: 800) + sine(400, amplitude: 0.004, count: 3_200)
      + [Float](repeating: 0, count: 4_000)
    let levels = Levels(of: samples, rate: 8_000, channels: 1)
    let rms = Float(0.4 / 2.squareRoot())
    #expect(abs(levels.loud - rms) < 1e-3 * rms)
    #expect(abs(levels.loudest - rms) < 1e-3 * rms)
    #expect(abs(levels.rms - rms * (0.1 as Float).squareRoot()) < 1e-3 * rms)
    #expect(abs(levels.peak - 0.4) < 1e-6)
  }

  @Test func levelsDoNotDependOnTheBlocksThatArrive() {
    let samples = noise(5_000)
    var meter = LevelMeter(rate: 8_000, channels: 1)
    samples.withUnsafeBufferPointer { buffer in
      for start in stride(from: 0, to: 5_000, by: 37) {
        meter.add(.init(rebasing: buffer[start..<min(start + 37, 5_000)]))
      }
    }
    #expect(meter.finish() == Levels(of: samples, rate: 8_000, channels: 1))
  }

  @Test func nothingHasNoLevel() {
    #expect(Levels(of: [], rate: 8_000, channels: 1) == Levels())
    #expect(Levels(of: [0, 0, 0], rate: 8_000, channels: 1).isSilent(below: -200))
  }

  private func audio(_ normalize: AudioConfiguration.Normalization) throws -> AudioModality {
    try plainAudio(length: 2_000) { $0.normalize = normalize }
  }

  @Test func clipsAreBroughtToOneLevelWithinFullScale() throws {
    let folder = try TemporaryFolder()
    try folder.write(sine(400, amplitude: 0.01, count: 2_000), to: "quiet.wav", subtype: .float)
    try folder.write(sine(400, amplitude: 0.9, count: 2_000), to: "strong.wav", subtype: .float)
    var click = noise(2_000, amplitude: 0.01)
    click[1_000] = 0.5
    try folder.write(click, to: "click.wav", subtype: .float)
    let data = try audio(.clip).dataset(at: folder.url)
    for index in 1..<3 {
      let item = try data.item(at: index, seed: 0)
      let levels = Levels(of: item.values, rate: 8_000, channels: 1)
      #expect(abs(levels.loud - 0.25) < 1e-3)
    }
    let peaked = try data.item(at: 0, seed: 0)
    #expect(abs((peaked.values.map(abs).max() ?? 0) - 1) < 1e-5)
    #expect(abs((peaked.scale ?? 0) - 2) < 1e-5)
  }

  @Test func pausesAreNotBlownUp() throws {
    let folder = try TemporaryFolder()
    // After the first half second everything is 40 dB below it.
    try folder.write(
      noise(4_000) + noise(12_000, amplitude: 0.005), to: "a.wav", subtype: .float)
    let data = try audio(.clip).dataset(at: folder.url)
    let whole = 0.25 / Levels(of: noise(4_000), rate: 8_000, channels: 1).loud
    let scales = try (0..<data.count).compactMap { try data.item(at: $0, seed: 0).scale }
    #expect(scales.count == 8)
    for scale in scales.suffix(4) { #expect(abs(scale / whole - 10) < 0.01) }
  }

  @Test func oneFactorForAll() throws {
    let folder = try TemporaryFolder()
    for (name, amplitude) in [("a", 0.1), ("b", 0.2), ("c", 0.4)] {
      try folder.write(
        sine(400, amplitude: amplitude, count: 2_000), to: "\(name).wav", subtype: .float)
    }
    let data = try audio(.dataset).dataset(at: folder.url)
    let scales = try (0..<3).compactMap { try data.item(at: $0, seed: 0).scale }
    // 0.25 over the RMS of the middle one, 0.2 / √2.
    for scale in scales { #expect(abs(scale - 1.7678) < 1e-3) }
    let set = try plainAudio(length: 2_000) {
      $0.normalize = .dataset
      $0.typicalScale = 3
    }
    #expect(try set.dataset(at: folder.url).item(at: 0, seed: 0).scale == 3)
  }

  @Test func fittingFindsTheMedianFactor() throws {
    let folder = try TemporaryFolder()
    for (name, amplitude) in [("a", 0.1), ("b", 0.2), ("c", 0.4)] {
      try folder.write(
        sine(400, amplitude: amplitude, count: 2_000), to: "\(name).wav", subtype: .float)
    }
    let clip = try audio(.clip)
    let fitted = try clip.fitted(to: clip.dataset(at: folder.url))
    #expect(abs(fitted.configuration.typicalScale - 1.7678) < 1e-3)
    #expect(fitted.cacheFolder == clip.cacheFolder)
    let again = try fitted.fitted(to: clip.dataset(at: folder["a.wav"]))
    #expect(again.configuration == fitted.configuration)
    let plain = try audio(.none)
    #expect(try plain.fitted(to: plain.dataset(at: folder.url)).configuration.typicalScale == 1)
  }
}
