import Core
import Foundation
import TestSupport
import Testing

/// The tool as a new user meets it: real processes, real recordings.
@Suite struct CommandLineTests {
  @Test func recordingsBecomeAModelAndAModelRecordings() throws {
    let folder = try TemporaryFolder()
    let training = try Stir.run(
      tinyTraining(out: folder["run"], steps: 4, ["--json", "--set", "training.sample_every=2"]))
    #expect(training.status == 0, "\(training.errors)")
    let summary = try JSONDecoder().decode(JSONValue.self, from: Data(training.output.utf8))
    #expect(summary["step"] == .integer(4))
    for file in [
      "model.safetensors", "checkpoint.safetensors", "configuration.json", "metrics.jsonl",
      "loss.png", "held-out-by-level.png", "samples/step-0000002.wav", "samples/step-0000004.png",
    ] {
      #expect(FileManager.default.fileExists(atPath: folder["run/\(file)"].path), "\(file)")
    }

    let model = folder["run/model.safetensors"].path
    func generate(_ name: String, count: Int, seed: Int) throws -> [Data] {
      let made = try Stir.run(
        "generate", model, "--count", "\(count)", "--seed", "\(seed)", "--out", folder[name].path)
      #expect(made.status == 0, "\(made.errors)")
      return try (0..<count).map {
        try Data(contentsOf: folder["\(name)/\(String(format: "%04d", $0)).wav"])
      }
    }
    let many = try generate("many", count: 9, seed: 5)
    #expect(try generate("one", count: 1, seed: 5) == [many[0]])
    #expect(try generate("other", count: 1, seed: 6) != [many[0]])
    #expect(Set(many).count == 9)
    for picture in ["0008.png", "contact-sheet.png"] {
      #expect(FileManager.default.fileExists(atPath: folder["many/\(picture)"].path))
    }
  }

  @Test func inspectDescribesDataAndModels() throws {
    let folder = try TemporaryFolder()
    let data = try Stir.run("inspect", drums.path, "--json")
    #expect(data.status == 0, "\(data.errors)")
    #expect(throws: Never.self) {
      try JSONDecoder().decode(JSONValue.self, from: Data(data.output.utf8))
    }
    _ = try Stir.run(tinyTraining(out: folder["run"], steps: 1))
    let model = try Stir.run("inspect", folder["run/model.safetensors"].path, "--json")
    let tree = try JSONDecoder().decode(JSONValue.self, from: Data(model.output.utf8))
    #expect(tree["step"] == .integer(1))
    #expect(tree["configuration"]?["network"]?["width"] == .integer(8))
  }

  @Test func doctorNamesEngineAndCodecs() throws {
    let doctor = try Stir.run("doctor", "--json")
    let tree = try JSONDecoder().decode(JSONValue.self, from: Data(doctor.output.utf8))
    #expect(tree["devices"] != nil && tree["libtorch"] != nil)
    #expect(doctor.output.contains("FLAC"))
  }

  /// Golden help. After a wanted change: `stir help COMMAND > Tests/PipelinesTests/Help/COMMAND.txt`.
  @Test(arguments: [
    "stir", "train", "generate", "denoise", "evaluate", "ema", "compact", "schedule",
    "schedule-plot",
    "schedule-search", "inspect", "doctor", "plugins", "plugins-list", "plugins-inspect",
    "plugins-new", "plugins-check",
  ])
  func helpIsAsItWas(command: String) throws {
    let words = command == "stir" ? [] : command.split(separator: "-").map(String.init)
    let help = try Stir.run(["help"] + words)
    let golden = root.appendingPathComponent("Tests/PipelinesTests/Help/\(command).txt")
    #expect(try help.output == String(contentsOf: golden, encoding: .utf8))
  }

  @Test func recipeIsLaidOverByOptions() throws {
    let folder = try TemporaryFolder()
    try Data("training: {max_train_steps: 3, seed: 8}\ndata: {length: 1024}\n".utf8)
      .write(to: folder["r.yaml"])
    let run = try Stir.run(
      tinyTraining(
        out: folder["run"], steps: 1,
        ["--recipe", folder["r.yaml"].path, "--precision", "bfloat16"]))
    #expect(run.status == 0, "\(run.errors)")
    let text = try Data(contentsOf: folder["run/configuration.json"])
    let training = try JSONDecoder().decode(JSONValue.self, from: text)["training"]
    #expect(training?["max_train_steps"] == .integer(1))
    #expect(training?["seed"] == .integer(8))
    #expect(training?["precision"] == .string("bfloat16"))
  }

  /// The configuration keeps what `auto` came to, and the bytes of a clip show what was computed in.
  @Test func precisionIsSettledAndCanBeChosen() throws {
    let folder = try TemporaryFolder()
    let run = try Stir.run(tinyTraining(out: folder["run"], steps: 1, []))
    #expect(run.status == 0, "\(run.errors)")
    let text = try Data(contentsOf: folder["run/configuration.json"])
    let precision = try JSONDecoder().decode(JSONValue.self, from: text)["training"]?["precision"]
    #expect(precision == .string("float32") || precision == .string("bfloat16"))
    func made(_ options: [String]) throws -> Data {
      let out = folder["made\(options.joined())"]
      let generated = try Stir.run(
        ["generate", folder["run/model.safetensors"].path, "--count", "1", "--steps", "2"]
          + options + ["--out", out.path])
      #expect(generated.status == 0, "\(generated.errors)")
      return try Data(contentsOf: out.appendingPathComponent("0000.wav"))
    }
    let (asTrained, float32) = try (made([]), made(["--precision", "float32"]))
    let bfloat16 = try made(["--precision", "bfloat16"])
    #expect(float32 != bfloat16)
    #expect(asTrained == (precision == .string("float32") ? float32 : bfloat16))
    let wrong = try Stir.run(["train", "x", "--out", "y", "--precision", "double"])
    #expect(wrong.status == 64 && wrong.errors.contains("bfloat16"), "\(wrong.errors)")
  }
}
