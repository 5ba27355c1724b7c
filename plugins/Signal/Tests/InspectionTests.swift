import Foundation
import Modality
import Signal
import TestSupport
import Testing

@Suite struct InspectionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func everythingIsCounted() throws {
    try folder.write(csv([("time", ramp(200)), ("ecg", ramp(200).map { $0 / 100 })]), to: "a.csv")
    try folder.write(ramp(101).map { -$0 / 100 }, to: "b.npy")
    try folder.write("sample\n5\n6\n", to: "a_beats.csv")
    try folder.write("sample\n5\n", to: "b_beats.csv")
    try folder.write(Data(), to: "zero.csv")
    let signal = try plainSignal(length: 50) {
      $0.events = "beats"
      $0.columns = ["ecg"]
      $0.unit = "mV"
      $0.normalize = .channel
    }
    let report = try signal.inspect(at: folder.url)
    #expect(report.json["kind"] == .string("signal"))
    #expect(report.json["recordings"] == .integer(2))
    #expect(report.json["items"] == .integer(6))
    #expect(report.json["events"] == .integer(3))
    #expect(report.json["annotations"] == .integer(2))
    #expect(report.json["sections"] == .integer(0))
    #expect(report.json["total_samples"] == .integer(301))
    #expect(report.json["samples"]?["highest"] == .integer(200))
    for line in [
      "recordings    2, 3.01 s in all", "items         6 of 1 × 50 samples, 0.5 s",
      "durations     1.01 s to 2 s", "rate          100 Hz",
      "  ecg: -0.99 to 1.99 mV, mean ", "beats         3", "passed over   2 files about",
      "gaps filled   none", "  zero.csv: is empty (0 bytes)",
    ] { #expect(report.text.contains(line), "\(line) in\n\(report.text)") }
  }

  @Test func aFolderWithNothingUsableIsStillReported() throws {
    try folder.write(Data(), to: "zero.csv")
    try folder.write(ramp(3), to: "short.npy")
    let report = try plainSignal(length: 50).inspect(at: folder.url)
    #expect(report.json["recordings"] == .integer(0))
    #expect(report.json["items"] == .integer(0))
    #expect(report.text.contains("zero.csv: is empty (0 bytes)"))
    #expect(report.text.contains("short.npy: has 3 samples, fewer than an item's 50"))
  }

  @Test func sectionsAreTold() throws {
    try folder.write(ramp(1_000), to: "a.npy")
    let report = try plainSignal(length: 10).inspect(at: folder.url)
    #expect(report.text.contains("sections      20, for there is one recording only"))
  }
}
