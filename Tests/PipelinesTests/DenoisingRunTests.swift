import Audio
import Core
import Foundation
import TestSupport
import Testing

@testable import Pipelines

/// From `stir train --task denoise` to denoised files: real processes, a real if tiny model.
@Suite struct DenoisingRunTests {
  private static let speech = root.appendingPathComponent("samples/audio/speech")
  private static let settings = [
    "task=denoise", "data.sample_rate=8000", "data.length=4096", "network.width=8",
    "network.channel_multipliers=[1, 2]", "network.down_factors=[2]", "network.blocks_per_level=1",
    "network.attention_levels=[]", "network.patch=4", "network.stft_window=128",
    "process.path=flow", "objective.prediction_type=flow", "denoising.start_noise=0.1",
    "training.train_batch_size=2", "training.lr_warmup_steps=2", "training.sample_every=3",
    "training.held_out_fraction=0.1", "sampling.num_inference_steps=2",
  ].flatMap { ["--set", $0] }

  /// The model file of a tiny run.
  private func trained(_ folder: TemporaryFolder, _ more: String...) throws -> URL {
    let run = try Stir.run(
      ["train", Self.speech.path, "--noise", drums.path, "--out", folder["run"].path]
        + ["--steps", "3"] + Self.settings + more)
    #expect(run.status == 0, "\(run.errors)")
    return folder["run/model.safetensors"]
  }

  private func run(_ arguments: [String]) throws -> Stir {
    try Stir.run(["denoise"] + arguments + ["--quiet"])
  }

  @Test func trainsAndSavesWhatItMakesOfARecording() throws {
    let folder = try TemporaryFolder()
    let model = try trained(folder)
    for name in ["recording", "clean", "denoised"] {
      for kind in ["wav", "png"] {
        let file = folder["run/samples/step-0000003-\(name).\(kind)"]
        #expect(FileManager.default.fileExists(atPath: file.path), "\(file.path)")
      }
    }
    let generation = try Stir.run("generate", model.path, "--out", folder["made"].path)
    #expect(generation.status == 64 && generation.errors.contains("use stir denoise"))
    let prior = try run(
      [drums.path, "--out", folder["x"].path, "--model", model.path, "--prior"])
    #expect(prior.status == 64 && prior.errors.contains("leave out --prior"), "\(prior.errors)")
  }

  @Test func trainingNeedsNoiseAndTime() throws {
    let folder = try TemporaryFolder()
    let without = try Stir.run(
      ["train", Self.speech.path, "--out", folder["run"].path] + Self.settings)
    #expect(without.status == 64 && without.errors.contains("--noise"), "\(without.errors)")
    let images = root.appendingPathComponent("samples/images/fashion").path
    let pictures = try Stir.run(
      "train", images, "--noise", images, "--modality", "image", "--task", "denoise", "--out",
      folder["run"].path)
    #expect(pictures.status == 64 && pictures.errors.contains("signals over time"))
  }

  @Test func denoisesFilesFoldersAndPipes() throws {
    let folder = try TemporaryFolder()
    let model = try trained(folder).path
    let clip = drums.appendingPathComponent("clap/worldperc_HandClap_01-09.wav")
    func denoise(_ name: String, _ more: String...) throws -> [Float] {
      let run = try run([clip.path, "--out", folder[name].path, "--model", model] + more)
      #expect(run.status == 0, "\(run.errors)")
      return try decoded(folder[name])
    }
    let first = try denoise("a.wav")
    let (input, output) = try (
      SoundFileReader(path: clip.path), SoundFileReader(path: folder["a.wav"].path)
    )
    #expect(output.format == input.format && output.frames == input.frames)
    #expect(try denoise("b.wav") == first)
    #expect(try denoise("c.wav", "--seed", "1") != first)
    #expect(try denoise("d.wav", "--steps", "1") != first)
    #expect(try denoise("e.wav", "--mix", "1") == decoded(clip))

    let bash = URL(fileURLWithPath: "/bin/bash")
    let piped = try Stir.run(
      [
        "-c", "cat \"$1\" | \"$0\" denoise - --out - --model \"$2\" --quiet > \"$3\"",
        Stir.tool.path, clip.path, model, folder["piped.wav"].path,
      ], tool: bash)
    #expect(piped.status == 0, "\(piped.errors)")
    #expect(try decoded(folder["piped.wav"]) == first)

    try FileManager.default.createDirectory(
      at: folder["in/below"], withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: clip, to: folder["in/below/clap.wav"])
    try Data("RIFF but no sound".utf8).write(to: folder["in/broken.wav"])
    let both = try Stir.run(
      "denoise", folder["in"].path, "--out", folder["out"].path, "--model", model)
    #expect(both.status == 65 && both.errors.contains("broken.wav"), "\(both.errors)")
    #expect(try decoded(folder["out/below/clap.wav"]) == first)
  }

  /// A stream without end is interrupted: what was done is a valid file.
  @Test func interruptedInTheMiddle() throws {
    let folder = try TemporaryFolder()
    let model = try trained(folder).path
    let clip = drums.appendingPathComponent("clap/worldperc_HandClap_01-09.wav").path
    // 8 kHz, 16 bits, mono, of a length that is not known, and then noise for ever.
    let script = """
      exec "$0" denoise - --out "$1" --model "$2" < <(printf 'RIFF\\xff\\xff\\xff\\xffWAVEfmt \
      \\x10\\0\\0\\0\\1\\0\\1\\0\\x40\\x1f\\0\\0\\x80\\x3e\\0\\0\\2\\0\\x10\\0data\\xff\\xff\\xff\\xff'; \
      while cat "$3"; do :; done 2> /dev/null)
      """
    let running = try Stir.Running(
      ["-c", script, Stir.tool.path, folder["out.wav"].path, model, clip],
      tool: URL(fileURLWithPath: "/bin/bash"))
    #expect(running.waitForLine(containing: "times real time"))
    kill(running.identifier, SIGINT)
    let run = running.finish()
    #expect(run.status == 130 && run.errors.contains("the denoised part is in"), "\(run.errors)")
    #expect(try decoded(folder["out.wav"]).count > 1_000)
  }

  /// A model that has learnt nothing shrinks a recording by what it takes for noise: hardly at a ratio
  /// of 60 dB, seen at 0 dB.
  @Test func aModelThatMakesNewItemsIsAPrior() throws {
    let folder = try TemporaryFolder()
    #expect(
      try Stir.run(
        tinyTraining(out: folder["run"], steps: 3, ["--set", "data.sample_rate=44100"])
      ).status == 0)
    let model = folder["run/model.safetensors"].path
    let clip = drums.appendingPathComponent("clap/worldperc_HandClap_01-09.wav")
    func denoise(_ name: String, _ more: String...) throws -> [Float] {
      let run = try run(
        [clip.path, "--out", folder[name].path, "--model", model, "--prior"] + more)
      #expect(run.status == 0, "\(run.errors)")
      return try decoded(folder[name])
    }
    let recording = try decoded(clip)
    let little = try denoise("a.wav", "--snr", "60")
    let much = try denoise("b.wav", "--snr", "0")
    func change(_ values: [Float]) -> Float { zip(values, recording).map { $0 - $1 }.rms }
    #expect(change(little) < 0.001 * recording.rms)
    #expect(change(much) > 0.003 * recording.rms)
    #expect(try denoise("c.wav").count == recording.count)
  }
}

extension [Float] {
  fileprivate var rms: Float {
    (reduce(0) { $0 + $1 * $1 } / Float(Swift.max(1, count))).squareRoot()
  }
}
