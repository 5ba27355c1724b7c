import Core
import Foundation
import Tensors
import TestSupport
import Testing

/// Bad input: a sentence, an exit status, nothing overwritten.
@Suite struct BadInputTests {
  private func expectSentence(
    _ run: Stir, status: Int32, _ words: String, _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(run.status == status, "\(run.errors)", sourceLocation: location)
    #expect(run.errors.contains(words), "\(run.errors)", sourceLocation: location)
    #expect(!run.errors.contains("Fatal error"), sourceLocation: location)
  }

  /// A folder with one file of the given bytes, for training on.
  private func training(on name: String, _ bytes: Data) throws -> Stir {
    let folder = try TemporaryFolder()
    try makeFolder(folder["data"])
    try bytes.write(to: folder["data"].appendingPathComponent(name))
    return try Stir.run(["train", folder["data"].path, "--out", folder["run"].path] + tinySettings)
  }

  private func someDrum() throws -> Data {
    let walk = FileManager.default.enumerator(at: drums, includingPropertiesForKeys: nil)
    let files = (walk?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "wav" }
    return try Data(contentsOf: try #require(files.min { $0.path < $1.path }))
  }

  @Test func emptyFolder() throws {
    let folder = try TemporaryFolder()
    try makeFolder(folder["data"])
    let run = try Stir.run("train", folder["data"].path, "--out", folder["run"].path)
    #expect([65, 66].contains(run.status))
    #expect(run.errors.contains(folder["data"].path), "\(run.errors)")
  }

  @Test func missingFolder() throws {
    expectSentence(
      try Stir.run("train", "/nowhere/at/all", "--out", TemporaryFolder()["run"].path), status: 66,
      "/nowhere/at/all")
  }

  @Test func zeroLengthFile() throws {
    expectSentence(try training(on: "a.wav", Data()), status: 65, "a.wav")
  }

  @Test func truncatedWAV() throws {
    expectSentence(try training(on: "a.wav", someDrum().prefix(2_000)), status: 65, "a.wav")
  }

  @Test func textRenamedToWAV() throws {
    expectSentence(
      try training(on: "a.wav", Data("this is no sound".utf8)), status: 65, "a.wav")
  }

  @Test(arguments: [
    ("training.max_train_step=3", "did you mean max_train_steps"),
    ("trainin.seed=3", "did you mean training"), ("training.seed=abc", "training.seed"),
    ("network.down_factors=[4]", "down_factors"),
    ("objective.prediction_type=eps", "epsilon, sample, v_prediction"),
    ("modality=audo", "did you mean audio"), ("data.sample_rte=1", "did you mean sample_rate"),
    ("process.beta_start=-1", "negativeBeta"), ("nonsense", "expected key=value"),
  ])
  func badSetting(setting: String, words: String) throws {
    var arguments = ["train", drums.path, "--out", try TemporaryFolder()["run"].path]
    if setting.contains("beta_start") { arguments += ["--set", "process.beta_schedule=linear"] }
    expectSentence(try Stir.run(arguments + ["--set", setting]), status: 64, words)
  }

  @Test func aRunIsNotOverwritten() throws {
    let folder = try TemporaryFolder()
    #expect(try Stir.run(tinyTraining(out: folder["run"], steps: 1)).status == 0)
    let before = try Data(contentsOf: folder["run/model.safetensors"])
    expectSentence(
      try Stir.run(tinyTraining(out: folder["run"], steps: 2)), status: 73, "already holds a run")
    #expect(try Data(contentsOf: folder["run/model.safetensors"]) == before)

    let model = folder["run/model.safetensors"].path
    let out = folder["clips"].path
    #expect(try Stir.run("generate", model, "--count", "1", "--out", out).status == 0)
    let clip = try Data(contentsOf: folder["clips/0000.wav"])
    expectSentence(
      try Stir.run("generate", model, "--count", "1", "--seed", "2", "--out", out), status: 73,
      "is there already")
    #expect(try Data(contentsOf: folder["clips/0000.wav"]) == clip)
  }

  @Test func outputUnderAFile() throws {
    let folder = try TemporaryFolder()
    try Data().write(to: folder["file"])
    expectSentence(
      try Stir.run(tinyTraining(out: folder["file/run"], steps: 1)), status: 73, "file/run")
  }

  @Test func damagedModels() throws {
    let folder = try TemporaryFolder()
    #expect(try Stir.run(tinyTraining(out: folder["run"], steps: 1)).status == 0)
    let good = folder["run/model.safetensors"]

    func generate(_ name: String) throws -> Stir {
      let run = try Stir.run("generate", folder[name].path, "--out", folder["clips"].path)
      #expect(!FileManager.default.fileExists(atPath: folder["clips/0000.wav"].path))
      return run
    }
    try Data(contentsOf: good).dropLast(100).write(to: folder["cut.safetensors"])
    expectSentence(try generate("cut.safetensors"), status: 65, "cut short")
    try Data("text".utf8).write(to: folder["text.safetensors"])
    expectSentence(try generate("text.safetensors"), status: 65, "not a safetensors file")
    expectSentence(try generate("none.safetensors"), status: 66, "no such file")

    var file = try SafeTensors(contentsOf: good)
    file.metadata["version"] = "99"
    try file.write(to: folder["new.safetensors"])
    expectSentence(try generate("new.safetensors"), status: 65, "version 99")
    file.metadata["version"] = "1"
    file.tensors["stem.bias"] = try .full(.nan, shape: [8])
    try file.write(to: folder["nan.safetensors"])
    expectSentence(try generate("nan.safetensors"), status: 65, "not all numbers")
  }

  @Test func deviceThatIsNotThere() throws {
    let model = try TemporaryFolder()["m"].path
    expectSentence(
      try Stir.run("generate", model, "--out", "x", "--device", "gpu"), status: 64,
      "expected cpu, cuda")
    if !Device.cuda(0).isAvailable {
      expectSentence(
        try Stir.run("generate", model, "--out", "x", "--device", "cuda"), status: 69,
        "cuda:0 is not there")
    }
  }
}
