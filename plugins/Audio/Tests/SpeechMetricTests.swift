import Core
import Foundation
import Modality
import TestSupport
import Testing

@testable import Audio

@Suite struct SpeechMetricTests {
  /// The signals of `Fixtures/speech-metrics/make_values.py`, to the bit.
  private static let signals: [String: [Float]] = {
    let speech = fixtures.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("samples/audio/speech")
    let clean = ["five", "seven", "nine"].flatMap { word -> [Double] in
      let folder = speech.appendingPathComponent(word)
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      let first = names.filter { $0.hasSuffix(".wav") }.min() ?? ""
      return ((try? decoded(folder.appendingPathComponent(first))) ?? []).map(Double.init)
    }
    var state = 1
    let white = clean.map { _ -> Double in
      state = (state * 1_103_515_245 + 12_345) % (1 << 31)
      return Double(state) / Double(1 << 30) - 1
    }
    let noisy: [Double] = zip(clean, white).map { $0 + 0.05 * $1 }
    let late: [Double] = [0, 0] + clean.dropLast(2)
    let filtered: [Double] = clean.indices.map { i in
      0.8 * clean[i] - 0.5 * late[i] + 0.005 * white[i]
    }
    let offset: [Double] = noisy.map { 0.25 * $0 + 0.1 }
    let gated: [Double] = noisy.enumerated().map { $0 / 800 % 4 != 3 ? $1 : 0 }
    let made = [
      "clean": clean, "noisy": noisy, "filtered": filtered, "offset": offset, "gated": gated,
    ]
    return made.mapValues { $0.map { Float($0) } }
  }()

  private func signal(_ name: String) throws -> [Float] { try #require(Self.signals[name]) }

  private func measured(_ name: String, rate: Int = 16_000) throws -> SpeechQuality {
    SpeechQuality.measure(clean: try signal("clean"), estimate: try signal(name), rate: rate)
  }

  @Test(arguments: 0..<7)
  func valuesAreThoseOfOtherPrograms(number: Int) throws {
    let text = try Data(contentsOf: fixtures.appendingPathComponent("speech-metrics/values.json"))
    let values = try JSONDecoder().decode(JSONValue.self, from: text)
    let cases: [JSONValue] = try #require(values["cases"]).decoded()
    try #require(cases.count == 7)
    let expected = cases[number]
    let name: String = try #require(expected["estimate"]).decoded()
    let rate: Int = try #require(expected["rate"]).decoded()
    let found = try measured(name, rate: rate)
    for measure in SpeechMeasure.allCases where measure != .pesq {
      let value: Double = try #require(expected[measure.rawValue]).decoded()
      expectClose(
        try #require(found[measure]), value, atol: 1e-5, "\(measure) of \(name) at \(rate) Hz")
    }
  }

  /// Noise that is orthogonal to the signal and has no mean: a sine of whole periods and another.
  @Test(arguments: [1, 1e-3, -40])
  func siSDRIsTheRatioToOrthogonalNoiseAtAnyScale(scale: Double) throws {
    let clean = sine(200, amplitude: 0.5, count: 8_000).map(Double.init)
    let noise = sine(300, amplitude: 0.05, count: 8_000).map(Double.init)
    let estimate = zip(clean, noise).map { scale * ($0 + $1) + 0.3 }
    expectClose(
      try #require(scaleInvariantDistortionRatio(clean: clean, estimate: estimate)), 20, atol: 1e-4)
  }

  /// One of SDR's filters is a factor, so that it forgives no less than SI-SDR of signals without
  /// mean; a filter of 512 taps is forgiven, one of 513 is not.
  @Test func sdrForgivesFilters() throws {
    let clean = noise(4_000, seed: 3).map(Double.init)
    let other = noise(4_000, seed: 4).map(Double.init)
    let noisy = zip(clean, other).map { $0 + $1 }
    let siSDR = try #require(scaleInvariantDistortionRatio(clean: clean, estimate: noisy))
    let sdr = try #require(distortionRatio(clean: clean, estimate: noisy))
    #expect(sdr > siSDR && sdr < siSDR + 2, "\(sdr), \(siSDR)")

    func echo(_ delay: Int) -> Double? {
      // Silence at the end, so that the echo stays whole.
      let padded = clean + [Double](repeating: 0, count: 600)
      let echoed = padded.indices.map { padded[$0] + ($0 < delay ? 0 : 0.5 * padded[$0 - delay]) }
      return distortionRatio(
        clean: padded, estimate: echoed.map { Double(Float($0)) })
    }
    #expect(try #require(echo(511)) > 120)
    #expect(try #require(echo(512)) < 10)
    #expect(distortionRatio(clean: clean, estimate: clean.map { -2 * $0 }) == nil)
  }

  @Test func levinsonSolvesToeplitzEquations() {
    let row = [4, 1.5, -0.5, 0.25, 0.1]
    let x = [1, -2, 0.5, 3, -1.0]
    let values = x.indices.map { i in x.indices.reduce(0.0) { $0 + row[abs(i - $1)] * x[$1] } }
    expectClose(toeplitzSolution(row, values), x, atol: 1e-12)
    // Of a constant the first equation says all.
    expectClose(toeplitzSolution([2, 2, 2], [3, 3, 3]), [1.5, 0, 0], atol: 1e-12)
  }

  @Test func transformIsTheSumThatDefinesIt() {
    let samples = noise(16, seed: 8).map(Double.init)
    var values = FourierTransform.Values(samples, count: 16)
    values.imaginary = noise(16, seed: 9).map(Double.init)
    let before = values
    FourierTransform(count: 16)(&values)
    for k in 0..<16 {
      var (real, imaginary) = (0.0, 0.0)
      for t in 0..<16 {
        let angle = -2 * Double.pi * Double(k * t) / 16
        real += before.real[t] * cos(angle) - before.imaginary[t] * sin(angle)
        imaginary += before.real[t] * sin(angle) + before.imaginary[t] * cos(angle)
      }
      expectClose(values.real[k], real, atol: 1e-12)
      expectClose(values.imaginary[k], imaginary, atol: 1e-12)
    }
  }

  @Test func segmentalSNRIsLimitedForEachFrame() throws {
    let clean = noise(8_000, seed: 5).map(Double.init)
    func ratio(_ estimate: [Double]) throws -> Double {
      try #require(segmentalSNR(clean: clean, estimate: estimate, rate: 8_000))
    }
    #expect(try ratio(clean) == 35)
    #expect(try ratio(clean.map { -9 * $0 }) == -10)
    // The difference is a tenth of the signal in each frame.
    expectClose(try ratio(clean.map { 1.1 * $0 }), 20, atol: 1e-6)
    #expect(segmentalSNR(clean: [1], estimate: [1], rate: 8_000) == nil)
  }

  @Test func twiceTheLevelIsSixDecibelsOfDistance() {
    let clean = noise(4_000, seed: 6)
    func distance(_ estimate: [Float]) -> Double {
      logSpectralDistance(clean: clean, estimate: estimate, rate: 8_000)
    }
    expectClose(distance(clean.map { 2 * $0 }), 20 * log10(2), atol: 1e-4)
    #expect(distance(clean) == 0)
    // Down to the floor of −100 dB and no further.
    #expect(distance(clean.map { 0 * $0 }) < 100 && distance(clean.map { 0 * $0 }) > 50)
  }

  @Test func speechIsAsIntelligibleAsItself() throws {
    let quality = try measured("clean")
    expectClose(try #require(quality[.stoi]), 1, atol: 1e-9)
    expectClose(try #require(quality[.estoi]), 1, atol: 1e-9)
    // There is no distortion to divide by.
    #expect(quality[.siSDR] == nil && quality[.sdr] == nil)
    #expect(quality[.segmentalSNR] != nil && quality[.logSpectralDistance] == 0)
  }

  /// 31 frames of 25.6 ms, half overlapping, before the last sample: 30 after one is lost to the
  /// transform's own.
  @Test(arguments: [(256 + 30 * 128, false), (256 + 30 * 128 + 1, true)])
  func stoiNeedsThirtyFrames(count: Int, isEnough: Bool) {
    let clean = noise(count, seed: 7)
    let quality = SpeechQuality.measure(clean: clean, estimate: clean, rate: 10_000)
    #expect((quality[.stoi] != nil) == isEnough && (quality[.estoi] != nil) == isEnough)
    #expect(quality[.segmentalSNR] != nil)
  }

  @Test func silenceHasNoMeasure() throws {
    let clean = try signal("clean")
    let silence = clean.map { 0 * $0 }
    #expect(
      SpeechQuality.measure(clean: silence, estimate: clean, rate: 16_000) == SpeechQuality())
    let quality = SpeechQuality.measure(clean: clean, estimate: silence, rate: 16_000)
    #expect(quality[.siSDR] == nil && quality[.sdr] == nil)
    #expect(quality[.stoi] == 0 && quality[.estoi] == 0)
  }

  @Test func recordingsAreReadWholeAndConverted() throws {
    let folder = try TemporaryFolder()
    let (left, right) = (sine(440, count: 4_001), sine(100, count: 4_001))
    let url = try folder.write(
      zip(left, right).flatMap { [$0, $1] }, to: "a.wav", channels: 2, subtype: .float)
    let recording = try Recording(at: url)
    #expect(recording.rate == 8_000 && recording.channels == [left, right])
    let converted = try recording.converted(to: 16_000)
    #expect(converted.rate == 16_000 && converted.frames == 8_002)
    // The middle, away from the ends that a filter rounds off.
    let middle = 1_000..<7_000
    #expect(
      signalToNoise(
        Array(converted.channels[0][middle]),
        Array(sine(440, rate: 16_000, count: 8_002)[middle])) > 60)
    try folder.cut("a.wav", to: 9_000)
    try expectError(.invalidData, containing: "a.wav", "cut short") { _ = try Recording(at: url) }
  }
}
