import Audio
import Foundation
import Modality
import TestSupport
import Testing

/// `stir generate --init`, `--mask` and `--length`: real processes, real recordings.
@Suite struct EditingTests {
  /// A model of clips of 1024 samples at 8 kHz, and a recording of `length` samples, so quiet that
  /// nothing that is made beside it clips and has the file scaled down.
  private func start(_ folder: TemporaryFolder, length: Int) throws -> (model: String, file: URL) {
    let training = try Stir.run(tinyTraining(out: folder["run"], steps: 1))
    #expect(training.status == 0, "\(training.errors)")
    let file = folder["file.wav"]
    let samples = (0..<length).map { Float(sin(Double($0) / 7)) * 0.02 }
    try AudioModality(sampleRate: 8_000, length: length)
      .write(Item(shape: [1, length], values: samples), to: file)
    return (folder["run/model.safetensors"].path, file)
  }

  /// The samples of a file as they stand there, at whatever length.
  private func samples(_ url: URL) throws -> [Float] {
    var configuration = AudioConfiguration()
    (configuration.sampleRate, configuration.normalize) = (8_000, .none)
    configuration.silenceDecibels = -200
    return try AudioModality(configuration: configuration).wholeItem(at: url).values
  }

  private func generate(_ arguments: [String], out: URL) throws -> [Float] {
    let run = try Stir.run(["generate"] + arguments + ["--out", out.path])
    #expect(run.status == 0, "\(run.errors)")
    return try samples(out.appendingPathComponent("0000.wav"))
  }

  @Test func filesAreVariedKeptAndContinued() throws {
    let folder = try TemporaryFolder()
    let (model, file) = try start(folder, length: 3_000)
    let original = try samples(file)
    let initial = [model, "--count", "1", "--init", file.path]

    // As long as the file, whether all of it is varied, none, or what is not kept.
    #expect(try generate(initial + ["--strength", "0"], out: folder["none"]) == original)
    let varied = try generate(initial, out: folder["varied"])
    #expect(varied.count == 3_000 && varied != original)
    let filled = try generate(
      initial + ["--mask", "0s-0.1s,2000-", "--resamplings", "2"], out: folder["filled"])
    #expect(filled.count == 3_000)
    #expect(filled[..<800] == original[..<800] && filled[2_000...] == original[2_000...])
    #expect(filled[800..<2_000] != original[800..<2_000])
    // Two of them differ, and each is the same whatever the count.
    let more = folder["more"]
    _ = try generate(
      [model, "--count", "2"] + initial[3...] + ["--mask", "0s-0.1s,2000-", "--resamplings", "2"],
      out: more)
    #expect(try samples(more.appendingPathComponent("0000.wav")) == filled)
    #expect(try samples(more.appendingPathComponent("0001.wav")) != filled)

    let continued = try generate(
      initial + ["--mask", "0-", "--length", "0.5s"], out: folder["continued"])
    #expect(continued.count == 4_000)
    #expect(continued[..<3_000] == original[...])
    #expect(Set(continued[3_000...]).count > 100)
  }

  /// A short file is filled up to the model's length, with what stays or with silence.
  @Test func shortFilesAreFilledUp() throws {
    let folder = try TemporaryFolder()
    let (model, file) = try start(folder, length: 500)
    let original = try samples(file)
    let initial = [model, "--count", "1", "--init", file.path]
    let same = try generate(initial + ["--strength", "0"], out: folder["same"])
    #expect(same == original + Array(repeating: 0, count: 524))
    let continued = try generate(initial + ["--mask", "0-"], out: folder["continued"])
    #expect(continued[..<500] == original[...])
    #expect(continued.count == 1_024 && Set(continued[500...]).count > 100)
  }

  /// Any length can be asked for; the model's own is what is made without asking.
  @Test func lengths() throws {
    let folder = try TemporaryFolder()
    let (model, _) = try start(folder, length: 500)
    for (length, count) in [("1.5s", 12_000), ("700", 700)] {
      let made = try generate([model, "--count", "1", "--length", length], out: folder[length])
      #expect(made.count == count)
    }
    let asked = try generate([model, "--count", "1", "--length", "1024"], out: folder["asked"])
    #expect(try generate([model, "--count", "1"], out: folder["plain"]) == asked)
  }

  @Test func badRequestsAreSentences() throws {
    let folder = try TemporaryFolder()
    let (model, file) = try start(folder, length: 3_000)
    let cases: [(arguments: [String], status: Int32, words: String)] = [
      (["--init", folder["none.wav"].path], 66, "none.wav"),
      (["--init", folder.url.path], 64, "expected a file, found a folder"),
      (["--init", model], 65, "model.safetensors"),
      (["--init", file.path, "--length", "2s"], 64, "leave out --strength"),
      (
        ["--init", file.path, "--length", "2s", "--mask", "0-", "--strength", "0.5"], 64,
        "--mask 0-"
      ),
      (["--init", file.path, "--mask", "1s-"], 64, "3000 samples, 0.375 s"),
      (["--init", file.path, "--mask", "mask.png"], 64, "expected stretches"),
      (["--init", file.path, "--strength", "1.5"], 64, "expected 0 to 1"),
      (["--init", file.path, "--resamplings", "3"], 64, "needs --mask"),
      (["--mask", "0-"], 64, "--mask needs --init"),
      (["--strength", "0.3"], 64, "--strength needs --init"),
      (["--length", "soon"], 64, "--length: expected seconds"),
      (["--length", "0"], 64, "found 0"), (["--length", "300000000"], 64, "1 to 268435456"),
    ]
    for (arguments, status, words) in cases {
      let run = try Stir.run(["generate", model, "--out", folder["out"].path] + arguments)
      #expect(run.status == status, "\(arguments): \(run.errors)")
      #expect(run.errors.contains(words), "\(run.errors)")
      #expect(!run.errors.contains("Fatal error"))
    }
    #expect(!FileManager.default.fileExists(atPath: folder["out"].path))
  }
}
