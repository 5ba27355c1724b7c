import Foundation
import Modality
import TestSupport
import Testing

@testable import Audio

@Suite struct NoiseFloorTests {
  private func hiss(_ count: Int, deviation: Double, seed: UInt64 = 3) -> [Float] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in Float(deviation * random.normal()) }
  }

  @Test(arguments: [0.001, 0.02, 0.5]) func whiteNoiseAlone(deviation: Double) {
    let found = whiteNoiseDeviation(of: hiss(32_000, deviation: deviation), sampleRate: 16_000)
    expectClose(Double(found), deviation, rtol: 0.03)
  }

  /// Spoken digits with noise over them: within 1.5 dB, as far as their own noise is well below.
  @Test(arguments: [0.0, 5, 10]) func underSpeech(snr: Double) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("samples/audio/speech")
    let audio = try AudioModality(sampleRate: 8_000, length: 4_000)
    let data = try audio.dataset(at: folder)
    let speech = try (0..<8).flatMap { try data.item(at: $0, seed: 0).values }
    let power = speech.reduce(0.0) { $0 + Double($1 * $1) } / Double(speech.count)
    let deviation = (power * pow(10, -snr / 10)).squareRoot()
    let recording = zip(speech, hiss(speech.count, deviation: deviation)).map { $0 + $1 }
    let found = Double(whiteNoiseDeviation(of: recording, sampleRate: 8_000))
    #expect(abs(20 * log10(found / deviation)) < 1.5)
  }

  @Test func silenceHasNone() {
    #expect(whiteNoiseDeviation(of: Array(repeating: 0, count: 8_000), sampleRate: 8_000) == 0)
    #expect(whiteNoiseDeviation(of: [0, 0, 0], sampleRate: 8_000) == 0)
  }

  /// With the noise's power taken off, the signal comes to the level of an item.
  @Test func theSignalIsBroughtToItsLevel() throws {
    let audio = try AudioModality(sampleRate: 8_000, length: 4_000)
    let tone = (0..<16_000).map { Float(0.05 * sin(0.3 * Double($0))) }
    let recording = zip(tone, hiss(16_000, deviation: 0.03)).map { $0 + $1 }
    let scale = audio.scale(ofSignalIn: recording, noise: 0.03)
    expectClose(Double(scale) * 0.05 * 0.5.squareRoot(), 0.25, rtol: 0.05)
    var raw = AudioConfiguration()
    raw.normalize = .none
    #expect(try AudioModality(configuration: raw).scale(ofSignalIn: recording, noise: 0.03) == 1)
  }
}
