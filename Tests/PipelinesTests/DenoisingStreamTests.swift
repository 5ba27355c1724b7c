import Audio
import Core
import Foundation
import Modality
import TestSupport
import Testing

@testable import Pipelines

@Suite struct DenoisingStreamTests {
  /// Windows of many lengths and overlaps, recordings shorter and longer, whole windows or not.
  @Test(arguments: [(64, 0), (64, 1), (64, 32), (63, 20), (1, 0)])
  func whatIsLeftAsItIsStaysToTheBit(window: Int, overlap: Int) throws {
    let identity = TestDenoiser(window: window, overlap: overlap)
    for count in [1, 2, 31, 32, 33, 63, 64, 65, 96, 128, 1_000] {
      for channels in [1, 2, 3] {
        let recording = noise(count * channels)
        #expect(
          try denoised(recording, by: identity, channels: channels, pieces: [7]) == recording,
          "\(count) × \(channels)")
      }
    }
    #expect(try denoised([], by: identity) == [])
  }

  @Test(arguments: [(44_100, 16_000), (48_000, 16_000), (8_000, 16_000), (44_100, 44_099)])
  func whatIsConvertedThereAndBackStandsWhereItStood(rate: Int, model: Int) throws {
    let count = 2 * rate + 1
    let tone = sine(1_000, rate: rate, count: count)
    let clean = try denoised(tone, by: TestDenoiser(sampleRate: model), rate: rate)
    #expect(clean.count == count)
    // The recording's edges are steps, which hold more than the lower rate has.
    let inner = 2_000..<(count - 2_000)
    #expect(signalToNoise(Array(clean[inner]), Array(tone[inner])) > 80)
    let shifted = (inner.lowerBound - 1)..<(inner.upperBound - 1)
    #expect(
      signalToNoise(Array(clean[shifted]), Array(tone[inner])) < 25, "one sample is told apart")
  }

  @Test func lengthsStayAtAnyRate() throws {
    for rate in [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 16_001] {
      for count in [1, 2, 3, 100, 4_095, 10_007] {
        for channels in [1, 3] {
          let clean = try denoised(noise(count * channels), rate: rate, channels: channels)
          #expect(clean.count == count * channels, "\(count) × \(channels) at \(rate) Hz")
          #expect(clean.allSatisfy { $0.isFinite })
        }
      }
    }
  }

  @Test(arguments: [16_000, 44_100, 8_000])
  func howARecordingIsCutChangesNoSample(rate: Int) throws {
    let recording =
      Array(repeating: 0, count: 3_000) + noise(21_000) + Array(repeating: 0, count: 9_000)
    let halving = TestDenoiser { samples, number in samples.map { $0 / Float(number % 3 + 1) } }
    func clean(_ pieces: [Int]) throws -> [Float] {
      try denoised(recording, by: halving, rate: rate, channels: 2, mix: 0.25, pieces: pieces)
    }
    let whole = try clean([recording.count])
    for pieces in [[1], [17, 1, 4_000], [4_096]] { #expect(try clean(pieces) == whole) }
    #expect(whole != recording)
  }

  /// Each window has another gain: where they meet, the gain may change no faster than the raised
  /// cosine does.
  @Test func neighbouringWindowsMeetWithoutAClick() throws {
    let alternating = TestDenoiser { samples, number in
      samples.map { $0 * (number.isMultiple(of: 2) ? 1 : 0.5) }
    }
    let tone = sine(50, rate: 16_000, count: 40_000)
    let steepest = 0.5 * 2 * Float.pi * 50 / 16_000 + 0.5 * 0.5 * Float.pi / 2 / 1_024
    let clean = try denoised(tone, by: alternating)
    #expect(largestStep(clean) < steepest * 1.01)
    #expect(clean.max()! > 0.49 && clean[3_100...5_000].max()! < 0.26, "windows do differ")
    // The same without a cross-fade is found.
    var butted = alternating
    butted.overlap = 0
    butted.window = 3_000
    #expect(largestStep(try denoised(tone, by: butted)) > steepest * 2)
  }

  private func largestStep(_ samples: [Float]) -> Float {
    zip(samples, samples.dropFirst()).reduce(0) { max($0, abs($1.1 - $1.0)) }
  }

  /// What windows hold of the time before and after a recording is its mirror image.
  @Test func endsAreMirrored() throws {
    nonisolated(unsafe) var seen: [[Float]] = []
    let denoiser = TestDenoiser(window: 8, overlap: 4) { samples, _ in
      seen.append(samples)
      return samples
    }
    _ = try denoised([1, 2, 3, 4, 5, 6], by: denoiser)
    #expect(
      seen == [[4, 3, 2, 1, 1, 2, 3, 4], [1, 2, 3, 4, 5, 6, 6, 5], [5, 6, 6, 5, 4, 3, 2, 1]])
    seen = []
    _ = try denoised([1, 2], by: denoiser)
    #expect(Set(seen) == [[1, 2, 2, 1, 1, 2, 2, 1]])
  }

  @Test(arguments: [16_000, 44_100])
  func silenceStaysSilence(rate: Int) throws {
    let hissing = TestDenoiser { samples, _ in samples.map { $0 + 0.1 } }
    let (silence, fade) = (rate / 20, rate / 200)
    let recording =
      Array(repeating: 0, count: rate) + noise(rate) + Array(repeating: 0, count: silence)
      + noise(rate) + Array(repeating: 0, count: silence - 1) + noise(rate)
    let clean = try denoised(recording, by: hissing, rate: rate)
    #expect(clean[..<(rate - fade)].allSatisfy { $0 == 0 })
    let inner = (2 * rate + fade)..<(2 * rate + silence - fade)
    #expect(clean[inner].allSatisfy { $0 == 0 })
    // Within the fades it is still heard, and never more than the denoiser says.
    #expect(clean[(rate - fade)..<rate].allSatisfy { $0 != 0 && abs($0) < 0.3 })
    #expect(clean[(2 * rate)..<(2 * rate + fade)].allSatisfy { $0 != 0 })
    #expect(clean[(2 * rate + silence - fade)..<(2 * rate + silence)].allSatisfy { $0 != 0 })
    // A shorter silence is not one.
    let short = (3 * rate + silence)..<(3 * rate + silence + silence - 1)
    #expect(clean[short].allSatisfy { $0 != 0 })
  }

  @Test func windowsOfZerosAreNotDenoised() throws {
    let refusing = TestDenoiser { _, number in
      throw StirError(.engine, "window \(number) was denoised")
    }
    let silence = [Float](repeating: 0, count: 50_000)
    #expect(try denoised(silence, by: refusing) == silence)
    #expect(failure { _ = try denoised([1e-9] + silence, by: refusing) }.code == .engine)
  }

  @Test func aChannelIsSilentByItself() throws {
    let hissing = TestDenoiser { samples, _ in samples.map { $0 + 0.1 } }
    let left = noise(20_000)
    let clean = try denoised(left.flatMap { [$0, 0] }, by: hissing, channels: 2)
    #expect(stride(from: 0, to: 40_000, by: 2).allSatisfy { clean[$0] == left[$0 / 2] + 0.1 })
    #expect(stride(from: 1, to: 40_000, by: 2).allSatisfy { clean[$0] == 0 })
  }

  @Test func mixKeepsAShareOfTheRecording() throws {
    let muting = TestDenoiser { samples, _ in samples.map { _ in 0 } }
    for rate in [16_000, 44_100] {
      let recording = noise(20_000)
      #expect(try denoised(recording, by: muting, rate: rate, mix: 1) == recording)
      #expect(
        try denoised(recording, by: muting, rate: rate, mix: 0.25) == recording.map { $0 * 0.25 })
      #expect(try denoised(recording, by: muting, rate: rate).allSatisfy { $0 == 0 })
    }
  }

  @Test(arguments: [Float.nan, .infinity])
  func samplesThatAreNoNumbersAreNamed(value: Float) throws {
    var recording = noise(20_000)
    recording[2 * 8_000 + 1] = value
    let found = failure { _ = try denoised(recording, channels: 2) }
    #expect(found.code == .invalidData)
    #expect(found.message == "the sample at 0.500 s (frame 8000) is not a finite number")
  }

  @Test func ratesThatAreTooFarApartAreNamed() throws {
    let found = failure { _ = try denoised([1], rate: 16_000 * 300) }
    #expect(found.code == .invalidData && found.message.contains("256 times apart"))
    #expect(
      failure { _ = try denoised(noise(200), rate: 8_000, channels: 200) }.code == .invalidData)
  }

  /// The samples that a stream holds are no more after five minutes than after one.
  @Test(arguments: [8_000, 4_000])
  func memoryDoesNotGrowWithTheRecording(rate: Int) throws {
    let stream = try DenoisingStream(TestDenoiser(sampleRate: rate), rate: 8_000, channels: 1)
    let block = noise(8_000)
    func mostHeld(seconds: Int) throws -> Int {
      try (0..<seconds).map { _ in
        _ = try stream.push(block)
        return elements(of: stream)
      }.max() ?? 0
    }
    let first = try mostHeld(seconds: 60)
    #expect(first > 4_096)
    #expect(try mostHeld(seconds: 240) <= first)
  }

  /// The numbers in all arrays below `value`.
  private func elements(of value: Any) -> Int {
    if let samples = value as? [Float] { return samples.count }
    return Mirror(reflecting: value).children.reduce(0) { $0 + elements(of: $1.value) }
  }
}

/// The energy of `reference` over that of the difference, in dB.
private func signalToNoise(_ estimate: [Float], _ reference: [Float]) -> Double {
  let signal = reference.reduce(0.0) { $0 + Double($1) * Double($1) }
  let difference = zip(estimate, reference).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }
  return 10 * log10(signal / difference)
}
