import Audio
import Core
import Foundation
import Modality
import TestSupport
import Testing

@testable import Pipelines

/// `stir evaluate --task denoise`: triples of files and folders.
@Suite struct DenoisingEvaluationTests {
  /// A second of noise of 8 kHz whose loudness changes ten times, as words do.
  private static func speech(_ seed: UInt64, count: Int = 8_000) -> [Float] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { i in
      Float.random(in: -0.5...0.5, using: &random) * (i / 400 % 2 == 0 ? 0.1 : 1)
    }
  }

  private static func mixed(_ clean: [Float], noise: Float) -> [Float] {
    zip(clean, speech(99, count: clean.count)).map { $0 + noise * $1 }
  }

  /// Writes interleaved samples to `name` in `folder`.
  private func write(
    _ samples: [Float], to name: String, in folder: borrowing TemporaryFolder, rate: Int = 8_000,
    channels: Int = 1
  ) throws {
    try makeFolder(folder[name].deletingLastPathComponent())
    let writer = try SoundFileWriter(
      path: folder[name].path, rate: rate, channels: channels, container: .wav, subtype: .float)
    try writer.write(samples)
    try writer.finish()
  }

  /// Two triples, of which the estimates have a tenth of the noise.
  private func triples() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, seed) in [("a", UInt64(1)), ("deep/b", 2)] {
      let clean = Self.speech(seed)
      try write(clean, to: "clean/\(name).wav", in: folder)
      try write(Self.mixed(clean, noise: 0.5), to: "noisy/\(name).wav", in: folder)
      try write(Self.mixed(clean, noise: 0.05), to: "estimate/\(name).wav", in: folder)
    }
    return folder
  }

  private func evaluated(_ folder: borrowing TemporaryFolder) throws -> DenoisingEvaluation {
    try DenoisingEvaluation(
      clean: folder["clean"], noisy: folder["noisy"], estimate: folder["estimate"])
  }

  private func fails(
    _ code: StirError.Code, _ folder: borrowing TemporaryFolder, containing parts: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let found = failure { _ = try evaluated(folder) }
    #expect(found.code == code, "\(found)", sourceLocation: sourceLocation)
    for part in parts {
      #expect(found.message.contains(part), "\(found)", sourceLocation: sourceLocation)
    }
  }

  @Test func lessNoiseIsAGain() throws {
    let folder = try triples()
    let evaluation = try evaluated(folder)
    #expect(evaluation.rows.map(\.name) == ["a", "deep/b"])
    let clean = Self.speech(1)
    let noisy = SpeechQuality.measure(
      clean: clean, estimate: Self.mixed(clean, noise: 0.5), rate: 8_000)
    for measure in SpeechMeasure.allCases where measure != .pesq {
      #expect(evaluation.rows[0].noisy[measure] == noisy[measure], "\(measure)")
      let gains = try evaluation.rows.map { try #require($0.gain[measure]) }
      #expect(gains.allSatisfy { measure == .logSpectralDistance ? $0 < 0 : $0 > 0 }, "\(measure)")
      let statistic = try #require(evaluation.statistic(measure, of: \.gain))
      expectClose(statistic.mean, (gains[0] + gains[1]) / 2, atol: 1e-9)
      expectClose(
        try #require(statistic.standardDeviation), abs(gains[0] - gains[1]) / 2.0.squareRoot(),
        atol: 1e-9)
      #expect(statistic.files == 2)
    }
    // A tenth of the amplitude; what of the noise is along the speech takes a little off.
    expectClose(
      try #require(evaluation.statistic(.siSDR, of: \.gain)).mean, 20, atol: 0.5)
  }

  @Test func channelsAreMeasuredOneByOne() throws {
    let folder = try TemporaryFolder()
    let (left, right) = (Self.speech(1), Self.speech(2))
    func stereo(_ noise: Float) -> [Float] {
      zip(Self.mixed(left, noise: noise), Self.mixed(right, noise: 2 * noise)).flatMap { [$0, $1] }
    }
    for (name, noise) in [("clean", Float(0)), ("noisy", 0.5), ("estimate", 0.1)] {
      try write(stereo(noise), to: "\(name).wav", in: folder, channels: 2)
    }
    let evaluation = try DenoisingEvaluation(
      clean: folder["clean.wav"], noisy: folder["noisy.wav"], estimate: folder["estimate.wav"])
    let expected = try [(left, Float(0.1)), (right, 0.2)].map { clean, noise in
      let estimate = Self.mixed(clean, noise: noise)
      return try #require(
        SpeechQuality.measure(clean: clean, estimate: estimate, rate: 8_000)[.siSDR])
    }
    expectClose(
      try #require(evaluation.rows[0].estimate[.siSDR]), (expected[0] + expected[1]) / 2,
      atol: 1e-9)
    #expect(evaluation.rows[0].name == "clean")
    #expect(evaluation.statistic(.siSDR, of: \.gain)?.standardDeviation == nil)
  }

  @Test func otherRatesAreConvertedAndNoted() throws {
    let folder = try TemporaryFolder()
    // Two sines: each rate has the same sound, so that conversion is all there is to hear.
    func tones(_ rate: Int) -> [Float] {
      (0..<rate).map { i in
        let time = 2 * Double.pi * Double(i) / Double(rate)
        return Float(0.4 * sin(300 * time) + 0.2 * sin(710 * time))
      }
    }
    try write(tones(8_000), to: "clean/a.wav", in: folder)
    try write(tones(48_000), to: "noisy/a.wav", in: folder, rate: 48_000)
    // One frame more than lasts as long.
    try write(tones(16_000) + [0, 0], to: "estimate/a.wav", in: folder, rate: 16_000)
    let evaluation = try evaluated(folder)
    #expect(try #require(evaluation.rows[0].noisy[.sdr]) > 30)
    #expect(try #require(evaluation.rows[0].estimate[.siSDR]) > 30)
    for rate in [48_000, 16_000] {
      #expect(
        evaluation.notes.contains {
          $0.text.contains("converted from \(rate) Hz to the clean recording's 8000 Hz")
            && $0.files == ["a"]
        }, "\(evaluation.notes)")
    }
  }

  @Test func whatDoesNotFitIsASentence() throws {
    let folder = try triples()
    try write(Array(Self.speech(1).dropLast(8)), to: "estimate/a.wav", in: folder)
    fails(.invalidData, folder, containing: ["estimate/a.wav", "7992 frames", "8000 frames"])
    try write(Self.speech(1, count: 16_000), to: "estimate/a.wav", in: folder, channels: 2)
    fails(.invalidData, folder, containing: ["estimate/a.wav", "2 channels"])
    try FileManager.default.removeItem(at: folder["estimate/a.wav"])
    fails(.missingInput, folder, containing: ["estimate", "a.wav", "no partner"])
    try write(Self.speech(1), to: "estimate/a.wav", in: folder)
    try expectError(.missingInput, containing: "nowhere") {
      _ = try DenoisingEvaluation(
        clean: folder["clean"], noisy: folder["nowhere"], estimate: folder["estimate"])
    }
    try expectError(.configuration, containing: "three folders") {
      _ = try DenoisingEvaluation(
        clean: folder["clean"], noisy: folder["noisy/a.wav"], estimate: folder["estimate"])
    }
    try FileManager.default.copyItem(at: folder["clean/a.wav"], to: folder["clean/a.flac"])
    fails(.invalidData, folder, containing: ["a.flac", "a.wav", "extension"])
  }

  @Test func silenceAndLeftoversAreNoted() throws {
    let folder = try triples()
    let silence = [Float](repeating: 0, count: 8_000)
    try write(silence, to: "clean/a.wav", in: folder)
    try write(silence, to: "estimate/deep/b.wav", in: folder)
    try write(silence, to: "noisy/more.wav", in: folder)
    let evaluation = try evaluated(folder)
    #expect(evaluation.rows.map(\.name) == ["deep/b"])
    #expect(evaluation.rows[0].estimate[.siSDR] == nil)
    for (text, file) in [
      ("clean recording is silent", "a"), ("estimate: silent", "deep/b"),
      ("without a clean file", "more.wav"),
    ] {
      #expect(
        evaluation.notes.contains { $0.text.contains(text) && $0.files == [file] },
        "\(text): \(evaluation.notes)")
    }
    try write(silence, to: "clean/deep/b.wav", in: folder)
    fails(.invalidData, folder, containing: ["2 clean recordings", "all are silent"])
  }

  /// A Python that has nothing leaves the column out, one that answers fills it.
  @Test func pesqIsAskedOfTheUsersPython() throws {
    let folder = try TemporaryFolder()
    #expect(try PESQ(environment: ["STIR_PYTHON": "false"]) == nil)
    #expect(try PESQ(environment: ["STIR_PYTHON": folder["none"].path]) == nil)
    // Takes the place of `python -c SCRIPT FOLDER RATE CHANNELS`, and says the rate for a score.
    let script = """
      #!/bin/sh
      [ "$5" = 0 ] || [ $(wc -c < "$3/clean-1") = $((4 * 2 * $4)) ] || exit 1
      echo "{\\"noisy\\": [$4, 0], \\"estimate\\": []}" > "$3/scores.json"
      """
    try Data(script.utf8).write(to: folder["python"])
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: folder["python"].path)
    let pesq = try #require(try PESQ(environment: ["STIR_PYTHON": folder["python"].path]))
    for (rate, told) in [(44_100, 16_000.0), (8_000, 8_000)] {
      // Two seconds of two channels.
      try write(
        Self.speech(1, count: 4 * rate), to: "\(rate).wav", in: folder, rate: rate, channels: 2)
      let recording = try Recording(at: folder["\(rate).wav"])
      let scores = try pesq.scores(clean: recording, noisy: recording, estimate: recording)
      #expect(scores.noisy == told / 2 && scores.estimate == nil, "\(scores)")
    }
  }

  @Test func commandPrintsTablesAndJSON() throws {
    let folder = try triples()
    let paths = ["clean", "noisy", "estimate"].map { folder[$0].path }
    func evaluate(_ arguments: [String]) throws -> Stir {
      try Stir.run(["evaluate"] + arguments, environment: ["STIR_PYTHON": "false"])
    }
    let report = try evaluate(["--task", "denoise", "--json"] + paths)
    #expect(report.status == 0, "\(report.errors)")
    let tree = try JSONDecoder().decode(JSONValue.self, from: Data(report.output.utf8))
    let files: [JSONValue] = try #require(tree["files"]).decoded()
    let keys = [
      "estoi", "log_spectral_distance", "sdr", "segmental_snr", "si_sdr", "stoi",
    ]
    for part in ["noisy", "estimate", "gain"] {
      #expect(files[1][part]?.members.map(\.key) == keys)
      #expect(tree["summary"]?[part]?.members.map(\.key) == keys)
      #expect(tree["summary"]?[part]?["stoi"]?["files"] == .integer(2))
    }
    #expect(files[1]["name"] == .string("deep/b"))

    let text = try evaluate(["--task", "denoise"] + paths)
    for part in ["deep/b", " → ", " ± ", "SI-SDR (dB)", "ESTOI", "+20.", "pip install pesq"] {
      #expect(text.output.contains(part), "\(text.output)")
    }
    for (arguments, words) in [
      (["--task", "denoise", "a", "b"], "<clean> <noisy> <estimate>; found 2"),
      (["a", "b", "c"], "<made> <real>; found 3"),
      (["--task", "denoise", "--held-out"] + paths, "--held-out"),
      (["--task", "denoise", "--set", "x=1"] + paths, "--set"),
    ] {
      let wrong = try evaluate(arguments)
      #expect(wrong.status == 64 && wrong.errors.contains(words), "\(wrong.errors)")
    }
  }
}
