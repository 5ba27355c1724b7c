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
  private func denoising(
    _ denoiser: TestDenoiser = TestDenoiser(), until interruption: Interruption? = nil
  ) -> Denoising {
    Denoising(
      denoiser, mix: 0, console: Console(quiet: true),
      interruption: interruption ?? Interruption(signals: []))
  }

  @discardableResult
  private func write(
    _ samples: [Float], to url: URL, rate: Int = 16_000, channels: Int = 1,
    subtype: AudioConfiguration.Subtype = .pcm16
  ) throws -> URL {
    try makeFolder(url.deletingLastPathComponent())
    let writer = try SoundFileWriter(
      path: url.path, rate: rate, channels: channels, container: .wav, subtype: subtype)
    try writer.write(samples)
    try writer.finish()
    return url
  }

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
    let input = try write(noise(100), to: folder["a.wav"]).path
    try write(noise(100, seed: 2), to: folder["b.wav"])
    let before = try Data(contentsOf: folder["b.wav"])
    let there = failure { _ = try denoising()(input, to: folder["b.wav"].path) }
    #expect(there.code == .unwritableOutput && there.message.contains("is there already"))
    #expect(try Data(contentsOf: folder["b.wav"]) == before)
    let same = failure { _ = try denoising()(input, to: folder["./a.wav"].path) }
    #expect(same.code == .configuration && same.message.contains("is both"))
    let name = failure { _ = try denoising()(input, to: folder["b.mp3"].path) }
    #expect(name.code == .configuration && name.message.contains(".flac"))
    let missing = failure { _ = try denoising()(folder["c.wav"].path, to: folder["d.wav"].path) }
    #expect(missing.code == .missingInput)
    #expect(!FileManager.default.fileExists(atPath: folder["d.wav"].path))
  }

  @Test func anErrorHalfWayLeavesNoFile() throws {
    let folder = try TemporaryFolder()
    let input = try write(noise(50_000), to: folder["a.wav"]).path
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
    try write(recording, to: folder["a.wav"])
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
    try write(samples.map { $0.isFinite ? $0 : 0.25 }, to: url, subtype: .float)
    var bytes = try Data(contentsOf: url)
    let at = bytes.count - 4 * (samples.count - samples.firstIndex { !$0.isFinite }!)
    bytes.replaceSubrange(at..<(at + 4), with: [0, 0, 0xC0, 0x7F])
    try bytes.write(to: url)
  }

  @Test func whatGoesBeyondFullScaleSaturatesAndIsCounted() throws {
    let folder = try TemporaryFolder()
    let input = try write([0.25, -0.25, 0.75, -0.75, 0.5], to: folder["a.wav"]).path
    let doubling = TestDenoiser { samples, _ in samples.map { $0 * 2 } }
    let summary = try denoising(doubling)(input, to: folder["b.wav"].path)
    #expect(try decoded(folder["b.wav"]) == [0.5, -0.5, 32_767 / 32_768, -1, 32_767 / 32_768])
    #expect(summary.files[0].notes == ["2 samples went beyond full scale and saturated"])
  }

  @Test func whatIsLeftOfACutFileIsDenoised() throws {
    let folder = try TemporaryFolder()
    let recording = noise(20_000)
    try write(recording, to: folder["a.wav"])
    try Data(contentsOf: folder["a.wav"]).prefix(20_044).write(to: folder["a.wav"])
    let summary = try denoising()(folder["a.wav"].path, to: folder["b.wav"].path)
    #expect(try SoundFileReader(path: folder["b.wav"].path).frames == 10_000)
    #expect(summary.files[0].notes.first?.contains("is cut short") == true)
  }

  @Test func aFoldersFilesKeepTheirPlaces() throws {
    let folder = try TemporaryFolder()
    try write(noise(1_000), to: folder["in/a.wav"])
    try write(noise(2_000), to: folder["in/deep/er/b.wav"], rate: 44_100, channels: 2)
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

  @Test func aStreamComesOutOfAStream() throws {
    let folder = try TemporaryFolder()
    let recording = noise(30_000)
    try write(recording, to: folder["a.wav"], channels: 2)
    let (frames, clean) = try streamed(Data(contentsOf: folder["a.wav"]), in: folder)
    #expect(frames == 15_000)
    #expect(try clean == decoded(folder["a.wav"]))
  }

  /// Programs that write to a pipe leave such lengths in the header.
  @Test(arguments: [0, 0x7FFF_F000, 0x7FFF_FFFF, 0xFFFF_FFFF] as [UInt32])
  func aStreamOfUnknownLengthEndsWithIt(length: UInt32) throws {
    let folder = try TemporaryFolder()
    try write(noise(30_000), to: folder["a.wav"])
    var bytes = try Data(contentsOf: folder["a.wav"])
    withUnsafeBytes(of: length.littleEndian) {
      bytes.replaceSubrange(4..<8, with: $0)
      bytes.replaceSubrange(40..<44, with: $0)
    }
    let (frames, clean) = try streamed(bytes, in: folder)
    #expect(frames == nil || frames == 30_000)
    #expect(try clean == decoded(folder["a.wav"]))
  }

  @Test(arguments: ["flac", "aiff", "ogg", "opus"])
  func streamsMayBeOfOtherKinds(extension name: String) throws {
    let folder = try TemporaryFolder()
    let input = root.appendingPathComponent("plugins/Audio/Tests/Fixtures/tabla.\(name)")
    let (_, clean) = try streamed(
      Data(contentsOf: input), in: folder, rate: SoundFileReader(path: input.path).format.rate)
    let before = try decoded(input)
    #expect(clean.count == before.count)
    #expect(zip(clean, before).allSatisfy { abs($0 - $1) <= 1 / 32_768 })
  }

  @Test func streamsThatAreNoSoundAreNamed() throws {
    let folder = try TemporaryFolder()
    let text = failure { _ = try streamed(Data("no sound at all".utf8), in: folder) }
    #expect(text.code == .invalidData)
    #expect(text.message.contains("standard input: is text and no sound"))
    #expect(failure { _ = try streamed(Data(), in: folder) }.message.contains("is empty"))
    let mp3 = root.appendingPathComponent("plugins/Audio/Tests/Fixtures/tabla.mp3")
    #expect(failure { _ = try streamed(Data(contentsOf: mp3), in: folder) }.code == .invalidData)
  }

  /// What comes out on a pipe of what goes in on another: the frames that its header tells of, and its
  /// samples.
  private func streamed(
    _ bytes: Data, in folder: TemporaryFolder, rate: Int = 16_000
  ) throws -> (frames: Int?, samples: [Float]) {
    let (input, output) = (Pipe(), Pipe())
    let feeding = Thread {
      try? input.fileHandleForWriting.write(contentsOf: bytes)
      try? input.fileHandleForWriting.close()
    }
    nonisolated(unsafe) var received = Data()
    let done = DispatchSemaphore(value: 0)
    let receiving = Thread {
      received = output.fileHandleForReading.readDataToEndOfFile()
      done.signal()
    }
    feeding.start()
    receiving.start()
    var denoising = denoising(TestDenoiser(sampleRate: rate))
    denoising.standardInput = input.fileHandleForReading.fileDescriptor
    denoising.standardOutput = output.fileHandleForWriting.fileDescriptor
    let result = Result { try denoising("-", to: "-") }
    try output.fileHandleForWriting.close()
    done.wait()
    _ = try result.get()
    let copy = folder["received.wav"]
    try received.write(to: copy)
    let descriptor = open(copy.path, O_RDONLY)
    defer { close(descriptor) }
    let reader = try SoundFileReader(stream: descriptor, name: "received")
    return (reader.frames, samples(of: reader))
  }
}
