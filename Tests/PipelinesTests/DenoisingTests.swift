import Audio
import Core
import Foundation
import Modality
import TestSupport
import Testing

@testable import Pipelines

/// Files, streams and folders through denoisers that are known. What needs a model file is tested
/// where there is a model that denoises.
@Suite struct DenoisingTests {
  @Test(arguments: ["wav", "flac", "aiff", "ogg", "opus", "mp3"])
  func aFileComesOutAsItWas(extension name: String) throws {
    let folder = try TemporaryFolder()
    let input = root.appendingPathComponent("plugins/Audio/Tests/Fixtures/tabla.\(name)").path
    let out = folder["out." + (name == "mp3" ? "wav" : name)]
    let before = try SoundFileReader(path: input)
    let summary = try denoising(TestDenoiser(sampleRate: before.format.rate))(input, to: out.path)
    let after = try SoundFileReader(path: out.path)
    #expect(after.frames == before.frames)
    #expect(summary.files.map(\.output) == [out.path] && summary.failed.isEmpty)
    #expect(summary.seconds == Double(before.frames!) / Double(before.format.rate))
    if name == "mp3" {
      #expect(after.format.encoding.contains("16 bit"))
    } else {
      #expect(after.format == before.format)
    }
    if ["wav", "flac", "aiff"].contains(name) {
      #expect(samples(of: after) == samples(of: before))
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == [
        out.lastPathComponent
      ])
  }

  @Test func whatIsThereIsNotOverwritten() throws {
    let folder = try TemporaryFolder()
    let input = try writeWAV(noise(100), to: folder["a.wav"]).path
    try writeWAV(noise(100, seed: 2), to: folder["b.wav"])
    let before = try Data(contentsOf: folder["b.wav"])
    let there = failure { _ = try denoising()(input, to: folder["b.wav"].path) }
    #expect(there.code == .unwritableOutput && there.message.contains("is there already"))
    #expect(try Data(contentsOf: folder["b.wav"]) == before)
    let same = failure { _ = try denoising()(input, to: folder["./a.wav"].path) }
    #expect(same.code == .configuration && same.message.contains("is both"))
    let name = failure { _ = try denoising()(input, to: folder["b.mp3"].path) }
    #expect(name.code == .configuration)
    #expect(name.message.hasPrefix(folder["b.mp3"].path) && name.message.contains(".flac"))
    let missing = failure { _ = try denoising()(folder["c.wav"].path, to: folder["d.wav"].path) }
    #expect(missing.code == .missingInput)
    #expect(!FileManager.default.fileExists(atPath: folder["d.wav"].path))
  }

  @Test func anErrorHalfWayLeavesNoFile() throws {
    let folder = try TemporaryFolder()
    let input = try writeWAV(noise(50_000), to: folder["a.wav"]).path
    let failing = TestDenoiser { samples, number in
      guard number < 5 else { throw StirError(.engine, "no more memory") }
      return samples
    }
    let found = failure { _ = try denoising(failing)(input, to: folder["b.wav"].path) }
    #expect(found.code == .engine && found.message == "\(input): no more memory")
    var bad = noise(50_000)
    bad[40_000] = .nan
    try writeFloats(bad, to: folder["c.wav"])
    let number = failure { _ = try denoising()(folder["c.wav"].path, to: folder["d.wav"].path) }
    #expect(number.message.contains("c.wav: the sample at 2.500 s (frame 40000)"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
        == ["a.wav", "c.wav"])
  }

  @Test func whatIsDoneBeforeAnInterruptionIsAFile() throws {
    let folder = try TemporaryFolder()
    let recording = noise(160_000)
    try writeWAV(recording, to: folder["a.wav"])
    let interruption = Interruption(signals: [SIGUSR1])
    let denoiser = TestDenoiser { samples, number in
      if number == 20 { kill(getpid(), SIGUSR1) }
      while number == 20, !interruption.isRequested { sched_yield() }
      return samples
    }
    let denoising = denoising(denoiser, until: interruption)
    let found = #expect(throws: Interrupted.self) {
      _ = try denoising(folder["a.wav"].path, to: folder["b.wav"].path)
    }
    let part = try decoded(folder["b.wav"])
    #expect(part.count > 19 * 3_072 - 1_024 && part.count < 22 * 3_072)
    #expect(try part == Array(decoded(folder["a.wav"]).prefix(part.count)))
    #expect(
      found?.description
        == "interrupted at 0:00:03 of 0:00:10; the denoised part is in \(folder["b.wav"].path)")
    // Where nothing is done there is no file.
    #expect(throws: Interrupted.self) {
      _ = try denoising(folder["a.wav"].path, to: folder["c.wav"].path)
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
        == ["a.wav", "b.wav"])
  }

  /// A float WAV by hand: the writer refuses what is not a number.
  private func writeFloats(_ samples: [Float], to url: URL) throws {
    try writeWAV(samples.map { $0.isFinite ? $0 : 0.25 }, to: url, subtype: .float)
    var bytes = try Data(contentsOf: url)
    let at = bytes.count - 4 * (samples.count - samples.firstIndex { !$0.isFinite }!)
    bytes.replaceSubrange(at..<(at + 4), with: [0, 0, 0xC0, 0x7F])
    try bytes.write(to: url)
  }

  @Test func whatGoesBeyondFullScaleSaturatesAndIsCounted() throws {
    let folder = try TemporaryFolder()
    let input = try writeWAV([0.25, -0.25, 0.75, -0.75, 0.5], to: folder["a.wav"]).path
    let doubling = TestDenoiser { samples, _ in samples.map { $0 * 2 } }
    let summary = try denoising(doubling)(input, to: folder["b.wav"].path)
    #expect(try decoded(folder["b.wav"]) == [0.5, -0.5, 32_767 / 32_768, -1, 32_767 / 32_768])
    #expect(summary.files[0].notes == ["2 samples went beyond full scale and saturated"])
  }

  @Test func whatIsLeftOfACutFileIsDenoised() throws {
    let folder = try TemporaryFolder()
    let recording = noise(20_000)
    try writeWAV(recording, to: folder["a.wav"])
    try Data(contentsOf: folder["a.wav"]).prefix(20_044).write(to: folder["a.wav"])
    let summary = try denoising()(folder["a.wav"].path, to: folder["b.wav"].path)
    #expect(try SoundFileReader(path: folder["b.wav"].path).frames == 10_000)
    #expect(summary.files[0].notes.first?.contains("is cut short") == true)
  }

  @Test func aFoldersFilesKeepTheirPlaces() throws {
    let folder = try TemporaryFolder()
    try writeWAV(noise(1_000), to: folder["in/a.wav"])
    try writeWAV(noise(2_000), to: folder["in/deep/er/b.wav"], rate: 44_100, channels: 2)
    try Data("no sound".utf8).write(to: folder["in/deep/broken.wav"])
    try Data("notes".utf8).write(to: folder["in/notes.txt"])
    try FileManager.default.copyItem(
      at: root.appendingPathComponent("plugins/Audio/Tests/Fixtures/tabla.mp3"),
      to: folder["in/c.mp3"])
    let (input, output) = (folder["in"].path, folder["out"].path)
    let summary = try denoising()(input, to: output)
    #expect(
      try FileManager.default.subpathsOfDirectory(atPath: output).sorted()
        == ["a.wav", "c.mp3.wav", "deep", "deep/er", "deep/er/b.wav"])
    #expect(try decoded(folder["out/a.wav"]) == decoded(folder["in/a.wav"]))
    #expect(summary.files.count == 3 && summary.failed.map(\.name) == ["deep/broken.wav"])
    let failed = failure { try summary.requireNoFailures() }
    #expect(failed.code == .invalidData)
    #expect(
      failed.message.contains("1 of 4 files") && failed.message.contains("is text and no sound"))

    // What is there stays, what is missing is made.
    try FileManager.default.removeItem(at: folder["out/a.wav"])
    let again = try denoising()(input, to: output)
    #expect(again.files.count == 1 && again.failed.count == 3)
    let stream = failure { _ = try denoising()(input, to: "-") }
    #expect(stream.code == .configuration && stream.message.contains("is a folder"))
  }
}
