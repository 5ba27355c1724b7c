import Core
import Foundation
import TestSupport
import Testing

/// Classes and schedules on the command line: real processes, real pictures.
@Suite struct ClassAndScheduleTests {
  private static let fashion = root.appendingPathComponent("samples/images/fashion").path

  /// The model file of a tiny run on 28×28 images, half of which are held out.
  private func trained(_ folder: TemporaryFolder, _ settings: String...) throws -> String {
    let all =
      [
        "data.width=28", "data.height=28", "data.channels=1", "network.width=8",
        "network.channel_multipliers=[1, 2]", "network.down_factors=[2]",
        "network.blocks_per_level=1", "network.attention_levels=[1]", "network.dilations=[1]",
        "training.train_batch_size=4", "training.lr_warmup_steps=0", "training.sample_every=0",
        "training.held_out_fraction=0.5", "sampling.num_inference_steps=3",
      ] + settings
    let run = try Stir.run(
      ["train", Self.fashion, "--modality", "image", "--out", folder["run"].path, "--steps", "20"]
        + all.flatMap { ["--set", $0] })
    #expect(run.status == 0, "\(run.errors)")
    return folder["run/model.safetensors"].path
  }

  @Test func classesAreAskedFor() throws {
    let folder = try TemporaryFolder()
    let model = try trained(folder, "conditioning.labels=true")
    func generate(_ name: String, _ more: String...) throws -> [Data] {
      let run = try Stir.run(
        ["generate", model, "--count", "3", "--out", folder[name].path] + more)
      #expect(run.status == 0, "\(run.errors)")
      return try (0..<3).map { try Data(contentsOf: folder["\(name)/000\($0).png"]) }
    }
    let none = try generate("none")
    let first = try generate("first", "--label", "0")
    let second = try generate("second", "--label", "1")
    #expect(Set(none + first + second).count == 9)
    // By turns, each is what it would be among its own.
    #expect(try generate("turns", "--label", "0,1") == [first[0], second[1], first[2]])
    // Guidance of 1 is none; of 0, the model without the class; of 3, something else.
    #expect(try generate("one", "--label", "0", "--guidance", "1") == first)
    #expect(try generate("zero", "--label", "0", "--guidance", "0") == none)
    #expect(Set(try generate("three", "--label", "0", "--guidance", "3")).isDisjoint(with: first))

    for (arguments, words) in [
      (["--label", "10"], ["\"10\" is not one of the model's classes"]),
      (["--guidance", "2"], ["--guidance needs --label"]),
      (["--set", "sampling.guidance_scale=2"], ["no class is asked for", "--label"]),
      (["--label", "1", "--set", "sampling.guidance_rescale=2"], ["guidance_rescale"]),
    ] {
      let run = try Stir.run(["generate", model, "--out", folder["bad"].path] + arguments)
      #expect(run.status == 64)
      for word in words { #expect(run.errors.contains(word), "\(run.errors)") }
    }
  }

  @Test func modelWithoutClassesSaysSo() throws {
    let folder = try TemporaryFolder()
    let run = try Stir.run(
      "generate", try trained(folder), "--label", "1", "--out", folder["out"].path)
    #expect(run.status == 64)
    #expect(run.errors.contains("this model knows no classes"), "\(run.errors)")
  }

  /// What the search finds is no worse by its own measure than where it began, and stands in the
  /// model: generation walks it, unless --steps says otherwise.
  @Test func searchedLadderIsTheModels() throws {
    let folder = try TemporaryFolder()
    let model = try trained(folder, "process.path=variance_exploding")
    let better = folder["better.safetensors"].path
    let search = try Stir.run(
      "schedule", "search", model, Self.fashion, "--steps", "3", "--items", "8", "--out", better,
      "--json", "--quiet")
    #expect(search.status == 0, "\(search.errors)")
    let found = try JSONDecoder().decode(JSONValue.self, from: Data(search.output.utf8))
    guard case .array(let rows) = found["rows"] else { throw CocoaError(.coderInvalidValue) }
    #expect(rows.count == 5)
    let sigmas = try #require(rows[4]["sigmas"])
    let inspected = try Stir.run("inspect", better, "--json")
    let tree = try JSONDecoder().decode(JSONValue.self, from: Data(inspected.output.utf8))
    #expect(tree["configuration"]?["sampling"]?["sigmas"] == sigmas)
    func generate(_ name: String, _ arguments: String...) throws -> Data {
      let run = try Stir.run(
        ["generate"] + arguments + ["--count", "1", "--out", folder[name].path])
      #expect(run.status == 0, "\(run.errors)")
      return try Data(contentsOf: folder["\(name)/0000.png"])
    }
    let listed = "sampling.sigmas=\(try sigmas.text())"
    #expect(try generate("a", better) == generate("b", model, "--set", listed))
    #expect(try generate("c", better, "--steps", "3") == generate("d", model, "--steps", "3"))
    #expect(try generate("e", better) != generate("f", better, "--steps", "3"))
  }

  @Test func schedulesAreDrawn() throws {
    let folder = try TemporaryFolder()
    for path in ["variance_preserving", "variance_exploding", "flow"] {
      let file = folder["\(path).png"]
      let run = try Stir.run(
        "schedule", "plot", "--set", "process.path=\(path)", "--out", file.path)
      #expect(run.status == 0, "\(run.errors)")
      #expect(try Data(contentsOf: file).prefix(8) == Data([137, 80, 78, 71, 13, 10, 26, 10]))
    }
    let bad = try Stir.run(
      "schedule", "plot", "--set", "process.sigma_min=-1", "--set",
      "process.path=variance_exploding", "--out", folder["bad.png"].path)
    #expect(bad.status == 64)
    #expect(bad.errors.contains("sigma_min"), "\(bad.errors)")
  }
}
