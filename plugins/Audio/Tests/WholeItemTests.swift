import Audio
import Foundation
import Modality
import TestSupport
import Testing

@Suite struct WholeItemTests {
  /// From start to end, whatever the modality's length and crop, shorter and longer.
  @Test(arguments: [1, 100, 5_000, 200_000])
  func aRecordingHasItsOwnLength(length: Int) throws {
    let folder = try TemporaryFolder()
    let samples = noise(5_000)
    let url = try folder.write(samples, to: "a.wav", subtype: .float)
    let item = try plainAudio(length: length).wholeItem(at: url)
    #expect(item.shape == [1, 5_000])
    #expect(item.values == samples)
  }

  @Test func rateChannelsAndLevelAreTheModalitys() throws {
    let folder = try TemporaryFolder()
    let url = try folder.write(
      sine(500, amplitude: 0.01, rate: 16_000, count: 16_000), to: "a.wav", rate: 16_000)
    let audio = try plainAudio(length: 256, channels: 2) { $0.normalize = .clip }
    #expect(audio.positionsPerSecond == 8_000)
    let item = try audio.wholeItem(at: url)
    #expect(item.shape == [2, 8_000])
    #expect(try #require(item.scale) > 20)
    try audio.write(item, to: folder["b.wav"])
    let again = try decoded(folder["b.wav"])
    let mono = stride(from: 0, to: again.count, by: 2).map { again[$0] }
    #expect(signalToNoise(mono, sine(500, amplitude: 0.01, count: 8_000)) > 35)
  }

  @Test func whatCannotBeReadIsASentence() throws {
    let folder = try TemporaryFolder()
    let silent = try folder.write([Float](repeating: 0, count: 900), to: "s.wav")
    try Data("text".utf8).write(to: folder["t.wav"])
    let audio = try plainAudio(length: 256)
    try expectError(.invalidData, containing: "s.wav", "silent") {
      _ = try audio.wholeItem(at: silent)
    }
    try expectError(.invalidData, containing: "t.wav") {
      _ = try audio.wholeItem(at: folder["t.wav"])
    }
    try expectError(.missingInput, containing: "n.wav") {
      _ = try audio.wholeItem(at: folder["n.wav"])
    }
  }
}
