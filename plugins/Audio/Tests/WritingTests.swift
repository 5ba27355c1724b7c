import Audio
import Foundation
import Modality
import TestSupport
import Testing

@Suite struct WritingTests {
  @Test(arguments: [
    ("wav", AudioConfiguration.Subtype.pcm16, 0.0), ("wav", .pcm24, 0), ("wav", .float, 0),
    ("flac", .pcm16, 0), ("flac", .pcm24, 0),
  ])
  func whatWasReadIsWrittenToTheBit(
    extension name: String, subtype: AudioConfiguration.Subtype, tolerance: Double
  ) throws {
    let folder = try TemporaryFolder()
    let original = [-1, 32_767 / 32_768] + noise(1_998)
    try folder.write(original, to: "a.wav", subtype: subtype)
    let first = try decoded(folder["a.wav"])
    let audio = try plainAudio(length: 1_000, channels: 2) { $0.subtype = subtype }
    let item = Item(
      shape: [2, 1_000], values: (0..<2).flatMap { c in (0..<1_000).map { first[$0 * 2 + c] } })
    try audio.write(item, to: folder["b.\(name)"])
    #expect(try decoded(folder["b.\(name)"]) == first)
    #expect(try SoundFileReader(path: folder["b.\(name)"].path).format.channels == 2)
  }

  @Test(arguments: [AudioConfiguration.Normalization.clip, .dataset, .none])
  func normalisationIsUndone(normalize: AudioConfiguration.Normalization) throws {
    let folder = try TemporaryFolder()
    try folder.write(noise(1_000, amplitude: 0.05), to: "in/a.wav")
    let audio = try plainAudio(length: 1_000) { $0.normalize = normalize }
    let item = try audio.dataset(at: folder["in"]).item(at: 0, seed: 0)
    try audio.write(item, to: folder["out.wav"])
    let (before, after) = (try decoded(folder["in/a.wav"]), try decoded(folder["out.wav"]))
    for (a, b) in zip(before, after) { #expect(abs(a - b) <= 1 / 32_768) }
    #expect(before.count == after.count)
  }

  @Test func generatedItemsGetTheTypicalLevel() throws {
    let folder = try TemporaryFolder()
    let audio = try plainAudio(length: 1_000) { $0.typicalScale = 5 }
    let values = noise(1_000)
    try audio.write(Item(shape: [1, 1_000], values: values), to: folder["a.wav"])
    for (a, b) in zip(try decoded(folder["a.wav"]), values) {
      #expect(abs(a - b / 5) <= 1 / 32_768)
    }
  }

  @Test func nothingClips() throws {
    let folder = try TemporaryFolder()
    let values = sine(400, amplitude: 2, count: 1_000)
    let item = Item(shape: [1, 1_000], values: values, scale: 1)
    try plainAudio(length: 1_000).write(item, to: folder["a.wav"])
    // The shape stays; the peak is at -0.1 dBFS.
    for (a, b) in zip(try decoded(folder["a.wav"]), values) {
      #expect(abs(a - b / 2 * 0.98855) <= 1 / 16_384)
    }
    try plainAudio(length: 1_000) { $0.subtype = .float }.write(item, to: folder["b.wav"])
    #expect(try decoded(folder["b.wav"]) == values)
  }

  @Test func theSameItemGivesTheSameBytes() throws {
    let folder = try TemporaryFolder()
    let item = Item(shape: [1, 5_000], values: noise(5_000))
    for (name, subtype) in [("a.wav", AudioConfiguration.Subtype.float), ("a.flac", .pcm16)] {
      let audio = try plainAudio(length: 5_000) { $0.subtype = subtype }
      try audio.write(item, to: folder[name])
      let first = try Data(contentsOf: folder[name])
      Thread.sleep(forTimeInterval: 1.1)
      try audio.write(item, to: folder[name])
      #expect(try Data(contentsOf: folder[name]) == first)
    }
  }

  @Test func whatCannotBeWrittenLeavesTheOldFile() throws {
    let folder = try TemporaryFolder()
    let audio = try plainAudio(length: 100)
    let url = folder["a.wav"]
    try audio.write(Item(shape: [1, 100], values: noise(100)), to: url)
    let before = try Data(contentsOf: url)
    var values = noise(100)
    values[42] = .nan
    let bad = failure { try audio.write(Item(shape: [1, 100], values: values), to: url) }
    #expect(bad.code == .invalidData)
    #expect(bad.message == "cannot write \(url.path): the sample in frame 42 is not a number")
    values[42] = .infinity
    #expect(
      failure { try audio.write(Item(shape: [1, 100], values: values), to: url) }.code
        == .invalidData)
    #expect(
      failure { try audio.write(Item(shape: [2, 50], values: noise(100)), to: url) }.message
        .contains("expected an item of the shape [1, time], found [2, 50]"))
    #expect(
      failure { try audio.write(Item(shape: [1, 100], values: noise(100)), to: folder["a.mp3"]) }
        .message.contains(".wav or .flac"))
    #expect(try Data(contentsOf: url) == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["a.wav"])
  }

  @Test func aFolderThatIsAFileIsAnError() throws {
    let folder = try TemporaryFolder()
    try Data().write(to: folder["file"])
    let found = failure {
      try plainAudio(length: 10).write(
        Item(shape: [1, 10], values: noise(10)), to: folder["file/a.wav"])
    }
    #expect(found.code == .unwritableOutput)
  }

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")),
    arguments: [AudioConfiguration.Container.wav, .flac])
  func aFullDiskIsAnError(container: AudioConfiguration.Container) throws {
    let found = failure {
      let writer = try SoundFileWriter(
        path: "/dev/full", name: "a.wav", rate: 8_000, channels: 1, container: container,
        subtype: .pcm16)
      try writer.write(noise(100_000))
      try writer.finish()
    }
    #expect(found.code == .unwritableOutput)
    #expect(found.message.hasPrefix("cannot write a.wav: "))
  }

  @Test func containersHoldWhatTheyCan() throws {
    let folder = try TemporaryFolder()
    let nine = failure {
      _ = try SoundFileWriter(
        path: folder["a.flac"].path, rate: 8_000, channels: 9, container: .flac, subtype: .pcm16)
    }
    #expect(nine.code == .configuration)
    #expect(nine.message.contains("9 channels"))
  }
}
