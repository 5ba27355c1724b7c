import Core
import Foundation
import TestSupport
import Testing

/// What the command says before it denoises.
@Suite struct DenoiseCommandTests {
  @Test(arguments: [
    (["in.wav", "--out", "out.wav", "--model", "m", "--mix", "1.5"], "expected 0 to 1"),
    (["in.wav", "--out", "out.wav", "--model", "m", "--mix", "nan"], "expected 0 to 1"),
    (["in.wav", "--out", "-", "--model", "m", "--json"], "--json and --out -"),
    (["in.wav", "--model", "m"], "--out <path>"),
    (["in.wav", "--out", "out.wav", "--snr", "5"], "--snr needs --prior"),
  ])
  func wrongUseIsExplained(arguments: [String], words: String) throws {
    let run = try Stir.run(["denoise"] + arguments)
    #expect(run.status == 64 && run.errors.contains(words), "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test func aModelForSomethingElseIsAnError() throws {
    let folder = try TemporaryFolder()
    let clip = drums.appendingPathComponent("clap/worldperc_HandClap_01-09.wav").path
    func denoise(_ model: URL) throws -> Stir {
      try Stir.run(
        "denoise", clip, "--out", folder["out.wav"].path, "--model", model.path, "--quiet")
    }
    #expect(try denoise(folder["none.safetensors"]).status == 66)
    #expect(try Stir.run(tinyTraining(out: folder["run"], steps: 1)).status == 0)
    let run = try denoise(folder["run/model.safetensors"])
    #expect(run.status == 64 && run.errors.contains("with --prior"), "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder["out.wav"].path))
  }
}
