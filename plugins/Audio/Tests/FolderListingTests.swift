import Audio
import Foundation
import Modality
import TestSupport
import Testing

@Suite struct FolderListingTests {
  @Test func hiddenAndOtherFilesArePassedOver() throws {
    let folder = try TemporaryFolder()
    for name in ["b/2.wav", "a.WAV", ".hidden.wav", ".git/x.wav", "b/._2.wav", "b/c/3.flac"] {
      try folder.write(noise(500), to: name, container: name.hasSuffix("flac") ? .flac : .wav)
    }
    try Data("x".utf8).write(to: folder["wav"])
    let data = try plainAudio(length: 500).dataset(at: folder.url)
    #expect((0..<data.count).map(data.source) == ["a.WAV", "b/2.wav", "b/c/3.flac"])
    #expect(data.rejected.isEmpty)
  }

  @Test func aFileThatIsNamedNeedsNoExtension() throws {
    let folder = try TemporaryFolder()
    let url = try folder.write(noise(500), to: "recording")
    #expect(try plainAudio(length: 500).dataset(at: url).source(of: 0) == "recording")
  }

  @Test func loopsOfLinksEnd() throws {
    let folder = try TemporaryFolder()
    try folder.write(noise(500), to: "a/1.wav")
    try folder.write(noise(500), to: "other/2.wav")
    let files = FileManager.default
    try files.createSymbolicLink(at: folder["a/up"], withDestinationURL: folder.url)
    try files.createSymbolicLink(at: folder["a/self"], withDestinationURL: folder["a"])
    try files.createSymbolicLink(
      atPath: folder["ring.wav"].path, withDestinationPath: folder["ring.wav"].path)
    try files.createSymbolicLink(at: folder["gone.wav"], withDestinationURL: folder["nowhere"])
    let elsewhere = try TemporaryFolder()
    try elsewhere.write(noise(500), to: "3.wav")
    try files.createSymbolicLink(at: folder["linked"], withDestinationURL: elsewhere.url)
    let data = try plainAudio(length: 500).dataset(at: folder.url)
    #expect((0..<data.count).map(data.source) == ["a/1.wav", "linked/3.wav", "other/2.wav"])
    #expect(data.rejected.map(\.name) == ["gone.wav", "ring.wav"])
  }
}
