import Foundation
import Modality
import TestSupport
import Testing

@testable import Image

/// What Pillow decodes, in `Fixtures/expected.json`.
private let pillow: [String: Raster] = {
  struct Answer: Decodable {
    var width, height, channels: Int
    var bytes: [UInt8]
  }
  let file = fixtures.appendingPathComponent("expected.json")
  let answers =
    (try? JSONDecoder().decode([String: Answer].self, from: Data(contentsOf: file))) ?? [:]
  return answers.mapValues {
    Raster(width: $0.width, height: $0.height, channels: $0.channels, bytes: $0.bytes)
  }
}()

@Suite struct DecodingTests {
  @Test func pillowsAnswersAreThere() { #expect(pillow.count == 19) }

  @Test(arguments: pillow.keys.sorted())
  func pixelsAreThoseOfPillow(name: String) throws {
    let expected = try #require(pillow[name])
    let found = try ImageFormat.decode(path: fixtures.appendingPathComponent(name).path).raster
    #expect(found.width == expected.width && found.height == expected.height)
    #expect(found.channels == expected.channels)
    #expect(found.bytes == expected.bytes)
  }

  @Test func theFormatIsThatOfTheContent() throws {
    let folder = try TemporaryFolder()
    try folder.write(fixture("rgb.png"), to: "a.jpg")
    try folder.write(fixture("baseline.jpg"), to: "b.png")
    #expect(try ImageFormat.decode(path: folder["a.jpg"].path).format == .png)
    #expect(try ImageFormat.decode(path: folder["b.png"].path).format == .jpeg)
  }

  @Test(arguments: ["bomb.png", "bomb.jpg"])
  func aHeaderThatTellsOfTooManyPixelsIsRefusedUnread(name: String) throws {
    try expectError(.invalidData, containing: "too large", "60000×60000", "67108864") {
      _ = try ImageFormat.decode(path: fixtures.appendingPathComponent(name).path)
    }
  }

  @Test func printingColoursAreRefused() throws {
    try expectError(.invalidData, containing: "CMYK", "RGB") {
      _ = try decodeJPEG(fixture("cmyk.jpg"))
    }
  }

  /// Every prefix of every kind of file: a sentence, never a crash, never a picture made of grey.
  @Test(arguments: ["rgb.png", "interlaced.png", "palette.png", "baseline.jpg", "progressive.jpg"])
  func whatIsCutShortIsAnError(name: String) throws {
    let whole = try fixture(name)
    let decode = name.hasSuffix("png") ? decodePNG : decodeJPEG
    // From the bytes on that tell the kind; a PNG file's last 16 are a check sum and an end mark.
    for kept in 3..<(whole.count - (name.hasSuffix("png") ? 16 : 2)) {
      try expectError(.invalidData) { _ = try decode(Array(whole[..<kept])) }
    }
    #expect(try decode(whole).bytes.isEmpty == false)
  }

  @Test(arguments: ["rgb.png", "rgba.png", "interlaced.png", "progressive.jpg", "turned-6.jpg"])
  func damageNeverCrashes(name: String) throws {
    let whole = try fixture(name)
    var random = SplitMix64(seed: 3)
    for _ in 0..<2_000 {
      var damaged = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        damaged[Int.random(in: 0..<whole.count, using: &random)] =
          UInt8(truncatingIfNeeded: random.next())
      }
      do {
        let raster = try name.hasSuffix("png") ? decodePNG(damaged) : decodeJPEG(damaged)
        #expect(raster.bytes.count == raster.width * raster.height * raster.channels)
      } catch let error as StirError { #expect(error.code == .invalidData) }
    }
  }

  @Test func colourBecomesLumaAndTransparencyBackground() {
    let raster = Raster(
      width: 3, height: 1, channels: 4,
      bytes: [200, 100, 50, 255, 200, 100, 50, 0, 200, 100, 50, 51])
    var grey = [Float](repeating: 0, count: 3)
    raster.read(row: 0, planes: 1, background: 10, into: &grey)
    let luma: Float = 0.299 * 200 + 0.587 * 100 + 0.114 * 50
    #expect(zip(grey, [luma, 10, luma * 0.2 + 8]).allSatisfy { abs($0 - $1) < 1e-4 })
    var colour = [Float](repeating: 0, count: 9)
    raster.read(row: 0, planes: 3, background: 10, into: &colour)
    #expect(colour == [200, 10, 48, 100, 10, 28, 50, 10, 18])
  }

  @Test func greyStaysItsExactValue() {
    for value in UInt8.min...UInt8.max {
      var row: [Float] = [0]
      Raster(width: 1, height: 1, channels: 3, bytes: [value, value, value])
        .read(row: 0, planes: 1, background: 0, into: &row)
      #expect(row == [Float(value)])
    }
  }
}
