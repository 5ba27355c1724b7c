import Audio
import Core
import Foundation
import TestSupport
import Testing

@testable import Pipelines

/// The models that come with stir do what their cards say.
@Suite struct ShippedModelTests {
  private static let noisy = root.appendingPathComponent("samples/audio/noisy-speech")

  /// Speakers and noises that were not trained on, 0 and 5 dB: each recording is better by 6 dB or
  /// more, and easier to understand.
  @Test func theDenoiserIsTheDefault() throws {
    let folder = try TemporaryFolder()
    let run = try Stir.run(
      "denoise", Self.noisy.appendingPathComponent("noisy").path, "--out", folder["out"].path,
      "--quiet")
    #expect(run.status == 0, "\(run.errors)")
    for name in ["dishes", "rain", "helicopter"] {
      let (clean, noisy, denoised) = try (
        decoded(Self.noisy.appendingPathComponent("clean/\(name).wav")),
        decoded(Self.noisy.appendingPathComponent("noisy/\(name).wav")),
        decoded(folder["out/\(name).wav"])
      )
      let before = SpeechQuality.measure(clean: clean, estimate: noisy, rate: 16_000)
      let after = SpeechQuality.measure(clean: clean, estimate: denoised, rate: 16_000)
      func value(_ quality: SpeechQuality, _ measure: SpeechMeasure) throws -> Double {
        try #require(quality[measure])
      }
      let gain = try value(after, .siSDR) - value(before, .siSDR)
      #expect(gain > 6, "\(name): \(gain) dB")
      #expect(try value(after, .estoi) > value(before, .estoi), "\(name)")
    }
  }

  /// Clean speech comes out as it went in, silence as silence.
  @Test func theDenoiserLeavesWhatIsClean() throws {
    let folder = try TemporaryFolder()
    let clean = try decoded(Self.noisy.appendingPathComponent("clean/helicopter.wav"))
    let silence = [Float](repeating: 0, count: 16_000)
    try writeWAV(silence + clean + silence, to: folder["in.wav"])
    let run = try Stir.run("denoise", folder["in.wav"].path, "--out", folder["out.wav"].path)
    #expect(run.status == 0, "\(run.errors)")
    let out = try decoded(folder["out.wav"])
    #expect(out.count == clean.count + 32_000)
    #expect(out.prefix(15_900).allSatisfy { $0 == 0 } && out.suffix(15_900).allSatisfy { $0 == 0 })
    let speech = Array(out[16_000..<(16_000 + clean.count)])
    let quality = SpeechQuality.measure(clean: clean, estimate: speech, rate: 16_000)
    #expect(try #require(quality[.siSDR]) > 15)
  }

  @Test func theGeneratorMakesTheDigitsAskedFor() throws {
    let folder = try TemporaryFolder()
    let run = try Stir.run(
      "generate", "spoken-digits", "--label", "3", "--guidance", "3", "--count", "1", "--steps",
      "4", "--out", folder["out"].path, "--quiet")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try decoded(folder["out/0000.wav"]).contains { abs($0) > 0.01 })
  }

  @Test func aNameThatIsNoModelIsExplained() throws {
    let run = try Stir.run("generate", "spoken-digit", "--out", "x")
    #expect(run.status == 66)
    #expect(run.errors.contains("spoken-digits") && run.errors.contains("speech-denoiser"))
  }
}
