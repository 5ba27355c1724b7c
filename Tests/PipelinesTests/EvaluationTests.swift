import Core
import Foundation
import Modality
import TestSupport
import Testing

/// `stir evaluate` and `stir ema` as real processes.
@Suite struct EvaluationTests {
  /// Eight halves of the real drums stand for what was made, the others for what was trained on.
  @Test func memorizedRecordingsAreFoundAndDrawn() throws {
    let folder = try TemporaryFolder()
    let files = FileManager.default.enumerator(at: drums, includingPropertiesForKeys: nil)?
      .compactMap { $0 as? URL }.filter { $0.pathExtension == "flac" || $0.pathExtension == "wav" }
      .sorted { $0.path < $1.path }
    let sounds = try #require(files)
    try #require(sounds.count >= 40)
    for (name, part) in [
      ("made", sounds[0..<8]), ("training", sounds[0..<24]), ("real", sounds[24..<40]),
    ] {
      try makeFolder(folder[name])
      for (number, file) in part.enumerated() {
        try FileManager.default.copyItem(
          at: file, to: folder["\(name)/\(number).\(file.pathExtension)"])
      }
    }
    func evaluate(_ more: [String]) throws -> Stir {
      try Stir.run(
        [
          "evaluate", folder["made"].path, folder["real"].path, "--set", "sample_rate=8000",
          "--set", "length=2048", "--set", "crop=start",
        ] + more)
    }
    let training = ["--training", folder["training"].path]
    let report = try evaluate(training + ["--pairs", folder["pairs.png"].path, "--json"])
    #expect(report.status == 0, "\(report.errors)")
    let tree = try JSONDecoder().decode(JSONValue.self, from: Data(report.output.utf8))
    #expect(tree["memorization"]?["training"] == .integer(24))
    #expect(tree["memorization"]?["made_nearer_than_95_percent_of_real"] == .integer(1))
    guard case .array(let pairs)? = tree["pairs"], case .array(let rows)? = tree["rows"] else {
      Issue.record("\(report.output)")
      return
    }
    #expect(pairs.count == 8)
    for pair in pairs {
      #expect(pair["made"] == pair["training"] && pair["distance"] == .integer(0), "\(pair)")
    }
    #expect(rows[0]["frechet_distance"] != nil && rows[0]["recall"] != nil)
    #expect(try Data(contentsOf: folder["pairs.png"]).count > 10_000)

    let text = try evaluate(training)
    for part in ["Fréchet distance", "nearest of 24 training items", "real, not trained on"] {
      #expect(text.output.contains(part), "\(text.output)")
    }
    let again = try evaluate(training + ["--pairs", folder["pairs.png"].path])
    #expect(again.status == 73 && again.errors.contains("there already"), "\(again.errors)")
    let alone = try evaluate(["--pairs", "x.png"])
    #expect(alone.status == 64 && alone.errors.contains("--training"), "\(alone.errors)")
    let same = try evaluate(["--training", folder["real"].path])
    #expect(same.status == 64 && same.errors.contains("--held-out"), "\(same.errors)")
  }

  @Test func fewItemsAreASentence() throws {
    let folder = try TemporaryFolder()
    try makeFolder(folder["few"])
    for number in 0..<3 {
      try writeAtomically(
        Data((0..<16).map { "\($0)" }.joined(separator: "\n").utf8),
        to: folder["few/\(number).csv"])
    }
    let few = try Stir.run(
      "evaluate", folder["few"].path, folder["few"].path, "--modality", "signal", "--set",
      "length=16")
    #expect(few.status == 65 && few.errors.contains("expected at least 4"), "\(few.errors)")
  }

  @Test func anAverageOfAnyLengthBecomesAModel() throws {
    let folder = try TemporaryFolder()
    let run = folder["run"]
    let every = ["--set", "training.posthoc_ema_every=2", "--set", "training.evaluate_every=0"]
    let training = try Stir.run(tinyTraining(out: run, steps: 5, every))
    #expect(training.status == 0, "\(training.errors)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder["run/ema"].path)
    #expect(
      names.sorted() == ["2", "4", "5"].map { "step-000000\($0).safetensors" }, "\(names)")
    func average(_ width: String, _ out: String) throws -> Stir {
      try Stir.run("ema", run.path, "--sigma-rel", width, "--out", folder[out].path)
    }
    let made = try average("0.075", "model.safetensors")
    #expect(made.status == 0 && made.output.contains("3 snapshots up to step 5"), "\(made)")
    let clips = try Stir.run(
      "generate", folder["model.safetensors"].path, "--count", "1", "--out", folder["clips"].path)
    #expect(clips.status == 0, "\(clips.errors)")
    #expect(try average("0.075", "model.safetensors").status == 73)
    let wide = try average("0.5", "wide.safetensors")
    #expect(wide.status == 64 && wide.errors.contains("0.28"), "\(wide.errors)")
    #expect(
      try Stir.run("ema", folder["x"].path, "--sigma-rel", "0.1", "--out", "y").status == 66)

    // What a killed run took after its last checkpoint goes when it is resumed.
    try FileManager.default.copyItem(
      at: folder["run/ema/step-0000005.safetensors"],
      to: folder["run/ema/step-0000006.safetensors"])
    let resumed = try Stir.run(
      "train", drums.path, "--out", run.path, "--resume", "--set", "training.max_train_steps=5")
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(
      !FileManager.default.fileExists(atPath: folder["run/ema/step-0000006.safetensors"].path))
  }
}
