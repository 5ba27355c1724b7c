import Foundation
import Modality
import TestSupport
import Testing

@testable import Audio

@Suite struct IndexCacheTests {
  private func audio(_ cache: URL?) throws -> AudioModality {
    var audio = try plainAudio(length: 500)
    audio.cacheFolder = cache
    return audio
  }

  /// Replaces the content, of the same length, and sets the date that the file had.
  private func replaceUnnoticed(_ url: URL) throws {
    let date = Date(timeIntervalSince1970: 1_700_000_000)
    let count = try Data(contentsOf: url).count
    try Data(repeating: 65, count: count).write(to: url)
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: url.path)
  }

  private func setDate(_ url: URL, _ seconds: Double) throws {
    let date = Date(timeIntervalSince1970: seconds)
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: url.path)
  }

  @Test func aSecondScanDecodesNothing() throws {
    let (folder, cache) = (try TemporaryFolder(), try TemporaryFolder())
    let url = try folder.write(noise(5_000), to: "a.wav")
    try setDate(url, 1_700_000_000)
    #expect(try audio(cache.url).dataset(at: folder.url).count == 10)
    try replaceUnnoticed(url)
    #expect(try audio(cache.url).dataset(at: folder.url).count == 10)
    #expect(failure { _ = try audio(nil).dataset(at: folder.url) }.code == .invalidData)
    // A change that shows is seen.
    try setDate(url, 1_700_000_001)
    #expect(failure { _ = try audio(cache.url).dataset(at: folder.url) }.code == .invalidData)
    try folder.write(noise(2_000), to: "a.wav")
    #expect(try audio(cache.url).dataset(at: folder.url).count == 4)
  }

  @Test func everyMeasureIsRemembered() throws {
    let (folder, cache) = (try TemporaryFolder(), try TemporaryFolder())
    try folder.write(noise(5_000), to: "a.wav", rate: 44_100, channels: 2)
    try folder.write(
      sine(400, amplitude: 1.5, count: 5_000), to: "tab\there.flac", container: .flac)
    try folder.write(noise(5_000), to: "cut ä.wav")
    try folder.cut("cut ä.wav", to: 3_000)
    let first = try AudioIndex(at: folder.url, cacheFolder: cache.url)
    let second = try AudioIndex(at: folder.url, cacheFolder: cache.url)
    #expect(first.files == second.files)
    #expect(first.files.count == 3)
    let line = try cacheText(cache).split(separator: "\n")
    #expect(line.count == 3)  // the heading, and the two whose names fit on a line
  }

  private func cacheText(_ cache: TemporaryFolder) throws -> String {
    let names = try FileManager.default.contentsOfDirectory(atPath: cache.url.path)
    #expect(names.count == 1)
    return try String(contentsOf: cache[names[0]], encoding: .utf8)
  }

  @Test func aDamagedCacheIsDoneWithout() throws {
    let (folder, cache) = (try TemporaryFolder(), try TemporaryFolder())
    try folder.write(noise(5_000), to: "a.wav")
    let first = try AudioIndex(at: folder.url, cacheFolder: cache.url)
    let whole = try cacheText(cache)
    let name = try FileManager.default.contentsOfDirectory(atPath: cache.url.path)[0]
    for damaged in ["", "stir audio index 0\n", whole.replacing("\t", with: " "), "\u{0}\u{1}"] {
      try Data(damaged.utf8).write(to: cache[name])
      #expect(try AudioIndex(at: folder.url, cacheFolder: cache.url).files == first.files)
      #expect(try cacheText(cache) == whole)
    }
    try Data([0xFF, 0xFE, 0x00]).write(to: cache[name])
    #expect(try AudioIndex(at: folder.url, cacheFolder: cache.url).files == first.files)
  }

  @Test func aCacheThatCannotBeWrittenIsDoneWithout() throws {
    let (folder, cache) = (try TemporaryFolder(), try TemporaryFolder())
    try folder.write(noise(5_000), to: "a.wav")
    try Data().write(to: cache["file"])
    #expect(try audio(cache["file"]).dataset(at: folder.url).count == 10)
  }

  @Test func whatCouldNotBeOpenedIsTriedAgain() throws {
    let (folder, cache) = (try TemporaryFolder(), try TemporaryFolder())
    try folder.write(noise(500), to: "a.wav")
    try Data("text".utf8).write(to: folder["b.wav"])
    #expect(try audio(cache.url).dataset(at: folder.url).rejected.count == 1)
    #expect(try !cacheText(cache).contains("b.wav"))
  }
}
