import Foundation
import Modality
import TestSupport
import Testing

@testable import Image

@Suite struct InspectionTests {
  @Test func everythingIsCounted() throws {
    let folder = try TemporaryFolder()
    try folder.write(fixture("rgb.png"), to: "a/rgb.png")
    try folder.write(fixture("turned-6.jpg"), to: "b/turned.jpg")
    try folder.write("a picture", to: "b/turned.txt")
    try folder.write([], to: "b/empty.png")
    let report = try images(8, 8, channels: 3).inspect(at: folder.url)
    #expect(report.json["images"] == .integer(2))
    #expect(report.json["formats"] == .object(["PNG": .integer(1), "JPEG": .integer(1)]))
    #expect(report.json["sizes"] == .object(["12×10": .integer(1), "10×12": .integer(1)]))
    #expect(report.json["classes"] == .object(["a": .integer(1), "b": .integer(1)]))
    #expect(report.json["captioned"] == .integer(1))
    for line in [
      "items         2 of 3 × 8 × 8", "formats       JPEG (1), PNG (1)",
      "classes       a (1), b (1)", "captions      1", "  b/empty.png: is empty (0 bytes)",
    ] { #expect(report.text.contains(line), "\(line) in\n\(report.text)") }
  }

  @Test func tablesCountTheirImages() throws {
    let folder = try TemporaryFolder()
    try folder.write(idx([3, 2, 2], noise(12)), to: "images-idx3-ubyte")
    try folder.write(idx([3], [0, 1, 1]), to: "labels-idx1-ubyte")
    let report = try images(2, 2).inspect(at: folder.url)
    #expect(report.json["formats"] == .object(["IDX": .integer(3)]))
    #expect(report.json["classes"] == .object(["0": .integer(1), "1": .integer(2)]))
  }

  @Test func aFolderWithNothingUsableIsStillReported() throws {
    let folder = try TemporaryFolder()
    for number in 10..<25 { try folder.write([], to: "\(number).png") }
    let report = try images(2, 2).inspect(at: folder.url)
    #expect(report.json["images"] == .integer(0))
    #expect(report.text.contains("19.png") && !report.text.contains("20.png"))
    #expect(report.text.contains("and 5 more"))
  }
}
