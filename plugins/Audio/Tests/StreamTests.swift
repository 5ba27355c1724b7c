import CSndfile
import Foundation
import Modality
import TestSupport
import Testing

@testable import Audio

@Suite struct StreamTests {
  @Test(arguments: [(44_100, 16_000), (8_000, 48_000), (48_000, 44_100)])
  func piecesAreConvertedAsTheWhole(source: Int, target: Int) throws {
    let recording = noise(2 * 9_001)
    func converted(_ pieces: Int) throws -> [Float] {
      let stream = try ResamplingStream(from: source, to: target, channels: 2)
      var output: [Float] = []
      for start in stride(from: 0, to: recording.count, by: 2 * pieces) {
        output += try stream.push(
          Array(recording[start..<min(start + 2 * pieces, recording.count)]))
      }
      return try output + stream.finish(total: 9_001 * target / source)
    }
    let whole = try converted(9_001)
    #expect(whole.count == 2 * (9_001 * target / source))
    for pieces in [1, 37, 4_096] { #expect(try converted(pieces) == whole) }
  }

  @Test func aToneStandsAtItsTime() throws {
    let stream = try ResamplingStream(from: 44_100, to: 16_000, channels: 1)
    let tone = sine(1_000, rate: 44_100, count: 44_100)
    let converted = try stream.push(tone) + stream.finish(total: 16_000)
    let expected = sine(1_000, rate: 16_000, count: 16_000)
    #expect(signalToNoise(Array(converted[500..<15_500]), Array(expected[500..<15_500])) > 100)
  }

  /// Every subtype of the containers that are written: what was read from one is written to the bit.
  @Test(arguments: [
    ("wav", 0x010005), ("wav", 0x010002), ("wav", 0x010003), ("wav", 0x010006), ("wav", 0x010007),
    ("wav", 0x010010), ("wav", 0x010011), ("wav", 0x130003), ("aiff", 0x020001),
    ("aiff", 0x020003), ("aiff", 0x020006), ("flac", 0x170001), ("flac", 0x170003),
    ("w64", 0x0B0002), ("caf", 0x180003), ("au", 0x030010),
  ])
  func subtypesStay(extension name: String, code: Int32) throws {
    let folder = try TemporaryFolder()
    let format = SoundFormat(rate: 8_000, channels: 2, code: code)
    func write(_ samples: [Float], to file: String, _ format: SoundFormat) throws -> SoundFileReader
    {
      let writer = try SoundFileWriter(path: folder[file].path, name: file, format: format)
      try writer.write(samples)
      try writer.finish()
      return try SoundFileReader(path: folder[file].path)
    }
    let recording = [-1, 0.99] + noise(2_000)
    let first = try write(recording, to: "a", format)
    let again = try first.format.written(as: name, frames: 1_001)
    #expect(again == first.format && again.code & 0x0FFF_FFFF == code)
    let samples = try decoded(folder["a"])
    let few: [Int32: Double] = [0x1: 40, 0x5: 40, 0x2: 90, 0x10: 35, 0x11: 35]
    let decibels = few[code & 0xFF] ?? 130
    #expect(signalToNoise(samples, recording) > decibels)
    let second = try write(samples, to: "b", again)
    #expect(second.frames == 1_001 && second.format == first.format)
    #expect(try decoded(folder["b"]) == samples)
    #expect(try Data(contentsOf: folder["a"]) == Data(contentsOf: folder["b"]))
  }

  /// From one container to another: the same number of bits or more, or the nearest there is.
  @Test(
    arguments: [
      (0x010002, "flac", 0x170002), (0x010003, "flac", 0x170003), (0x010006, "flac", 0x170003),
      (0x010005, "aiff", 0x020005), (0x170001, "wav", 0x010005), (0x010002, "ogg", 0x200060),
      (0x200060, "wav", 0x010002), (0x230082, "wav", 0x010002), (0x010007, "w64", 0x0B0007),
      (0x170003, "wav", 0x010003), (0x180072, "wav", 0x010003), (0x200060, "opus", 0x200064),
      (0x2003_0002, "wav", 0x010002), (0x010010, "flac", 0x170002),
    ] as [(Int32, String, Int32)])
  func otherContainersHoldWhatTheyCan(from: Int32, extension name: String, to: Int32) throws {
    let format = SoundFormat(rate: 48_000, channels: 2, code: from)
    #expect(try format.written(as: name, frames: 100).code == to)
  }

  @Test func whatIsTooLongForAContainerIsKnownBefore() throws {
    let format = SoundFormat(rate: 48_000, channels: 2, code: 0x010003)
    let long = 3_600 * 5 * 48_000
    #expect(try format.written(as: "wav", frames: long).code == 0x220003)
    #expect(try format.written(as: "wav", frames: nil).code == 0x220003)
    #expect(try format.written(as: "wav", frames: long / 2).code == 0x010003)
    #expect(try format.written(as: "flac", frames: long).code == 0x170003)
    let aiff = failure { _ = try format.written(as: "aiff", frames: long) }
    #expect(aiff.code == .configuration && aiff.message.contains("4 GiB"))
    let wide = SoundFormat(rate: 48_000, channels: 9, code: 0x010002)
    let flac = failure { _ = try wide.written(as: "flac", frames: 1) }
    #expect(flac.code == .configuration && flac.message.contains("9 channels"))
    #expect(failure { _ = try format.written(as: "doc", frames: 1) }.message.contains(".flac"))
  }

  /// A file whose length was not known, and was short, is a plain WAV in the end.
  @Test func aShortFileOfUnknownLengthIsAWAV() throws {
    let folder = try TemporaryFolder()
    let format = try SoundFormat(rate: 8_000, channels: 1, code: 0x010002)
      .written(as: "wav", frames: nil)
    let writer = try SoundFileWriter(path: folder["a.wav"].path, name: "a.wav", format: format)
    try writer.write([0.5, -0.5])
    try writer.finish()
    #expect(try Data(contentsOf: folder["a.wav"]).starts(with: "RIFF".utf8))
    #expect(try decoded(folder["a.wav"]) == [0.5, -0.5])
  }

  /// Title, artist and comment, broadcast information with a history, and cue points.
  @Test(arguments: ["wav", "flac", "aiff", "ogg"])
  func metadataStays(extension name: String) throws {
    let folder = try TemporaryFolder()
    try taggedWAV().write(to: folder["tagged.wav"])
    let reader = try SoundFileReader(path: folder["tagged.wav"].path)
    let metadata = SoundMetadata(of: reader)
    #expect(
      metadata.texts == [
        Int32(SF_STR_TITLE): "Door, half open", Int32(SF_STR_ARTIST): "Someone",
        Int32(SF_STR_COMMENT): "windy",
      ])
    #expect(
      Set(metadata.structures.keys)
        == [Int32(SFC_SET_BROADCAST_INFO), Int32(SFC_SET_CUE)])

    let format = try reader.format.written(as: name, frames: reader.frames)
    let path = folder["a.\(name)"].path
    let writer = try SoundFileWriter(path: path, name: path, format: format, metadata: metadata)
    try writer.write(decoded(folder["tagged.wav"]))
    try writer.finish()
    let copy = SoundMetadata(of: try SoundFileReader(path: path))
    #expect(copy.texts == metadata.texts)
    guard name == "wav" else { return }
    let cues = Int32(SFC_SET_CUE)
    #expect(copy.structures[cues] == metadata.structures[cues])
    let (before, after) = (
      metadata.structures[Int32(SFC_SET_BROADCAST_INFO)] ?? [],
      copy.structures[Int32(SFC_SET_BROADCAST_INFO)] ?? []
    )
    // After the times comes the version, and in the end a history to which libsndfile adds a line.
    #expect(after.prefix(348) == before.prefix(348) && before.starts(with: "Take 7".utf8))
    #expect(String(decoding: after, as: UTF8.self).contains("A=ANALOGUE"))
  }

  private func taggedWAV() -> Data {
    func number(_ value: Int, bytes: Int = 4) -> Data {
      Data((0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
    }
    func chunk(_ name: String, _ body: Data) -> Data {
      Data(name.utf8) + number(body.count) + body + Data(count: body.count % 2)
    }
    func text(_ name: String, _ text: String) -> Data { chunk(name, Data(text.utf8) + [0]) }
    let format =
      [1, 1].flatMap { number($0, bytes: 2) } + number(8_000) + number(16_000)
      + [2, 16].flatMap { number($0, bytes: 2) }
    var broadcast = Data(count: 602)
    broadcast.replaceSubrange(0..<6, with: "Take 7".utf8)
    broadcast.replaceSubrange(320..<338, with: "2024-05-0612:34:56".utf8)
    broadcast.replaceSubrange(338..<342, with: number(123_456))
    let cue =
      number(1) + number(7) + number(3) + Data("data".utf8) + number(0) + number(0) + number(3)
    let chunks =
      chunk("fmt ", Data(format)) + chunk("bext", broadcast + Data("A=ANALOGUE\r\n".utf8))
      + chunk(
        "LIST",
        Data("INFO".utf8) + text("INAM", "Door, half open") + text("IART", "Someone")
          + text("ICMT", "windy"))
      + chunk("cue ", cue) + chunk("data", Data(count: 200))
    return chunk("RIFF", Data("WAVE".utf8) + chunks)
  }
}
