import Audio
import Foundation
import Modality
import TestSupport
import Testing

@Suite struct InspectionTests {
  @Test func everythingIsCounted() throws {
    let folder = try TemporaryFolder()
    try folder.write(sine(400, amplitude: 0.5, count: 8_000), to: "a.wav")
    try folder.write(sine(400, amplitude: 0.5, count: 8_000), to: "same.flac", container: .flac)
    // Two samples in a row at full scale, one of each channel, are not clipping.
    var stereo = noise(32_000)
    stereo.replaceSubrange(100..<102, with: [1, 1])
    try folder.write(stereo, to: "stereo.wav", rate: 16_000, channels: 2)
    let loud = sine(400, amplitude: 1.5, count: 8_000).map { min(max($0, -1), 1) }
    try folder.write(loud, to: "loud.wav")
    try folder.write([Float](repeating: 0, count: 8_000), to: "silent.wav")
    try Data().write(to: folder["zero.wav"])
    let report = try plainAudio(length: 4_000).inspect(at: folder.url)

    #expect(report.json["recordings"] == .integer(4))
    #expect(report.json["items"] == .integer(8))
    #expect(report.json["total_seconds"] == .integer(4))
    #expect(report.json["rates"]?["8000"] == .integer(3))
    #expect(report.json["channels"]?["2"] == .integer(1))
    #expect(report.json["encodings"]?["WAV, Signed 16 bit PCM"] == .integer(3))
    #expect(
      report.json["duplicates"] == .array([.array([.string("a.wav"), .string("same.flac")])]))
    #expect(report.json["silent"] == .array([.string("silent.wav")]))
    guard case .array(let clipped) = report.json["clipped"], clipped.count == 1 else {
      Issue.record("one recording clips: \(String(describing: report.json["clipped"]))")
      return
    }
    #expect(clipped[0]["name"] == .string("loud.wav"))
    // Two half waves in each of 400 periods stay at full scale.
    #expect(clipped[0]["runs"] == .integer(800))
    guard case .number(let lowest) = report.json["peak_dbfs"]?["lowest"] else {
      Issue.record("the peaks are numbers")
      return
    }
    #expect(abs(lowest + 6.02) < 0.05)

    for line in [
      "recordings    4, 4.00 s in all", "items         8 of 4000 samples at 8000 Hz, 0.50 s",
      "rates         8000 Hz (3), 16000 Hz (1)", "  loud.wav: 800 times at full scale",
      "  a.wav = same.flac", "  silent.wav", "  zero.wav: is empty (0 bytes)",
    ] { #expect(report.text.contains(line), "\(line) in\n\(report.text)") }
  }

  @Test func aFolderWithNothingUsableIsStillReported() throws {
    let folder = try TemporaryFolder()
    try Data().write(to: folder["zero.wav"])
    let report = try plainAudio(length: 4_000).inspect(at: folder.url)
    #expect(report.json["recordings"] == .integer(0))
    #expect(report.json["items"] == .integer(0))
    #expect(report.text.contains("zero.wav: is empty (0 bytes)"))
  }

  @Test func longListsAreCut() throws {
    let folder = try TemporaryFolder()
    for k in 10..<25 { try Data().write(to: folder["\(k).wav"]) }
    let report = try plainAudio(length: 4_000).inspect(at: folder.url)
    #expect(report.text.contains("19.wav") && !report.text.contains("20.wav"))
    #expect(report.text.contains("and 5 more"))
  }
}
