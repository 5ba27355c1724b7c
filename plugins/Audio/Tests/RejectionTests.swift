import Audio
import Foundation
import Modality
import TestSupport
import Testing

@Suite struct RejectionTests {
  /// A folder with one good file beside the bad ones, and the reasons by name.
  private func reasons(_ prepare: (TemporaryFolder) throws -> Void) throws -> [String: String] {
    let folder = try TemporaryFolder()
    try folder.write(noise(1_000), to: "good.wav")
    try prepare(folder)
    let data = try plainAudio(length: 500).dataset(at: folder.url)
    #expect(data.source(of: data.count - 1) == "good.wav")
    #expect(data.count == 2)
    return Dictionary(uniqueKeysWithValues: data.rejected.map { ($0.name, $0.reason) })
  }

  @Test func emptyAndForeignFiles() throws {
    let found = try reasons { folder in
      try Data().write(to: folder["zero.wav"])
      try folder.write([], to: "header.wav")
      try Data("Dear reader,\nthis is no sound.\n".utf8).write(to: folder["text.wav"])
      try Data((0..<255).map { UInt8($0) }).write(to: folder["binary.flac"])
      try Data("\0\0\0 ftypM4A \0\0\0\0".utf8).write(to: folder["song.m4a"])
      try Data("RIFF....WAVEjunk".utf8).write(to: folder["broken.wav"])
    }
    #expect(found["zero.wav"] == "is empty (0 bytes)")
    #expect(found["header.wav"] == "holds no sound (0 frames)")
    #expect(
      found["text.wav"] == #"is text and no sound; it begins with "Dear reader,\nthis is no ""#)
    #expect(found["binary.flac"]?.hasPrefix("is no sound that libsndfile knows") == true)
    #expect(found["song.m4a"]?.contains("M4A") == true)
    #expect(found["broken.wav"]?.hasPrefix("is damaged, cut short") == true)
    #expect(found.count == 6)
  }

  @Test(arguments: ["wav", "aiff", "flac", "mp3", "ogg", "opus"])
  func cutFiles(kind: String) throws {
    let found = try reasons { folder in
      let whole = try Data(contentsOf: fixtures.appendingPathComponent("tabla.\(kind)"))
      // As much of each as leaves its header readable.
      let kept = kind == "ogg" ? whole.count - 100 : whole.count * 7 / 10
      try whole.prefix(kept).write(to: folder["cut.\(kind)"])
    }
    let reason = try #require(found["cut.\(kind)"])
    #expect(reason.contains("cut short"), "\(reason)")
  }

  @Test func lengthsThatAPipeLeftOpenAreNoFault() throws {
    let folder = try TemporaryFolder()
    try folder.write(noise(1_000), to: "piped.wav")
    var bytes = try Data(contentsOf: folder["piped.wav"])
    for at in [4..<8, 40..<44] { bytes.replaceSubrange(at, with: [0xFF, 0xFF, 0xFF, 0xFF]) }
    try bytes.write(to: folder["piped.wav"])
    let data = try plainAudio(length: 1_000).dataset(at: folder.url)
    #expect(data.rejected.isEmpty)
    #expect(signalToNoise(try data.item(at: 0, seed: 0).values, noise(1_000)) > 60)
  }

  @Test func silenceAndValuesThatAreNoNumbers() throws {
    let found = try reasons { folder in
      try folder.write([Float](repeating: 0, count: 900), to: "zeros.wav")
      try folder.write(noise(900, amplitude: 0.0005), to: "hiss.wav", subtype: .float)
      try folder.write(noise(900), to: "nan.wav", subtype: .float)
      var bytes = try Data(contentsOf: folder["nan.wav"])
      let nan = withUnsafeBytes(of: Float.nan.bitPattern.littleEndian) { Data($0) }
      bytes.replaceSubrange((bytes.count - 40)..<(bytes.count - 36), with: nan)
      try bytes.write(to: folder["nan.wav"])
    }
    #expect(found["zeros.wav"]?.contains("its loudest 20 ms hold nothing") == true)
    #expect(found["hiss.wav"]?.contains("only -70.") == true)
    #expect(
      found["nan.wav"] == "holds 1 sample that is not a finite number, the first at 0.11 s")
  }

  @Test func ratesThatAreTooFarApart() throws {
    let found = try reasons { try $0.write(noise(900), to: "slow.wav", rate: 10) }
    #expect(found["slow.wav"]?.contains("10 Hz") == true)
  }

  @Test func pipesDoNotBlock() throws {
    let found = try reasons { #expect(mkfifo($0["pipe.wav"].path, 0o600) == 0) }
    #expect(found["pipe.wav"] == "is no file but a folder, pipe or device")
  }

  @Test func nothingThereOrNothingUsable() throws {
    let folder = try TemporaryFolder()
    let audio = try plainAudio(length: 500)
    let absent = failure { _ = try audio.dataset(at: folder["absent"]) }
    #expect(absent.code == .missingInput)
    #expect(absent.message.contains("No such file"))
    let empty = failure { _ = try audio.dataset(at: folder.url) }
    #expect(empty.code == .missingInput)
    #expect(empty.message.contains("holds no sound files"))
    try Data("x".utf8).write(to: folder["notes.txt"])
    #expect(failure { _ = try audio.dataset(at: folder.url) }.message.contains("1 other file"))
    for k in 0..<7 { try Data().write(to: folder["\(k).wav"]) }
    let unusable = failure { _ = try audio.dataset(at: folder.url) }
    #expect(unusable.code == .invalidData)
    #expect(unusable.message.contains("none of 7 sound files"))
    #expect(unusable.message.contains("0.wav: is empty (0 bytes)"))
    #expect(unusable.message.contains("and 2 more"))
  }
}
