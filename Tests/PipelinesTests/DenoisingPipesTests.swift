import Audio
import Core
import Foundation
import Modality
import TestSupport
import Testing

@testable import Pipelines

/// From a pipe to a pipe.
@Suite struct DenoisingPipesTests {
  @Test func aStreamComesOutOfAStream() throws {
    let folder = try TemporaryFolder()
    let recording = noise(30_000)
    try writeWAV(recording, to: folder["a.wav"], channels: 2)
    let (frames, clean) = try streamed(Data(contentsOf: folder["a.wav"]), in: folder)
    #expect(frames == 15_000)
    #expect(try clean == decoded(folder["a.wav"]))
  }

  /// Programs that write to a pipe leave such lengths in the header.
  @Test(arguments: [0, 0x7FFF_F000, 0x7FFF_FFFF, 0xFFFF_FFFF] as [UInt32])
  func aStreamOfUnknownLengthEndsWithIt(length: UInt32) throws {
    let folder = try TemporaryFolder()
    try writeWAV(noise(30_000), to: folder["a.wav"])
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
