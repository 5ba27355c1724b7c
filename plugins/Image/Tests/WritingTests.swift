import Foundation
import Modality
import TestSupport
import Testing

@testable import Image

@Suite struct WritingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [1, 3])
  func bytesComeBackExactly(channels: Int) throws {
    let pixels = noise(channels * 35)
    let modality = try images(7, 5, channels: channels)
    try modality.write(item(pixels, [channels, 5, 7]), to: folder["a.png"])
    #expect(try decodePNG([UInt8](Data(contentsOf: folder["a.png"]))).channels == channels)
    let read = try modality.dataset(at: folder["a.png"]).item(at: 0, seed: 0)
    #expect(read.values == pixels.map { Float($0) / 127.5 - 1 })
  }

  @Test func valuesComeBackWithinTheTolerance() throws {
    var random = SplitMix64(seed: 4)
    let values = (0..<1_024).map { _ in Float.random(in: -1...1, using: &random) }
    let modality = try images(32, 32)
    try modality.write(Item(shape: [1, 32, 32], values: values), to: folder["a.png"])
    let read = try modality.dataset(at: folder.url).item(at: 0, seed: 0).values
    let worst = zip(read, values).map { abs($0 - $1) }.max() ?? 1
    #expect(worst <= modality.tolerance)
    // No smaller tolerance would do.
    #expect(worst > 0.9 * modality.tolerance)
  }

  @Test func valuesBeyondOneSaturate() throws {
    let modality = try images(2, 1)
    try modality.write(Item(shape: [1, 1, 2], values: [-7, 1e30]), to: folder["a.png"])
    #expect(try decodePNG([UInt8](Data(contentsOf: folder["a.png"]))).bytes == [0, 255])
  }

  @Test func theSameItemGivesTheSameBytes() throws {
    let modality = try images(9, 9, channels: 3)
    let pixels = item(noise(243), [3, 9, 9])
    try modality.write(pixels, to: folder["a.png"])
    try modality.write(pixels, to: folder["b.png"])
    let (a, b) = (try Data(contentsOf: folder["a.png"]), try Data(contentsOf: folder["b.png"]))
    #expect(a == b)
  }

  @Test func whatCannotBeWrittenLeavesTheOldFile() throws {
    let modality = try images(5, 2)
    try modality.write(item(noise(10), [1, 2, 5]), to: folder["a.png"])
    let before = try Data(contentsOf: folder["a.png"])
    for bad in [Float.nan, .infinity] {
      var broken = item(noise(10), [1, 2, 5])
      broken.values[7] = bad
      try expectError(.invalidData, containing: "row 1, column 2 is not a number") {
        try modality.write(broken, to: folder["a.png"])
      }
    }
    try expectError(.invalidData, containing: "[1, 2, 5]", "[1, 5, 2]") {
      try modality.write(item(noise(10), [1, 5, 2]), to: folder["a.png"])
    }
    try expectError(.configuration, containing: ".png") {
      try modality.write(item(noise(10), [1, 2, 5]), to: folder["a.jpg"])
    }
    let after = try Data(contentsOf: folder["a.png"])
    #expect(after == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["a.png"])
    try expectError(.unwritableOutput) {
      try modality.write(item(noise(10), [1, 2, 5]), to: folder["a.png/b.png"])
    }
  }

  @Test func thePreviewIsTheImageInLargePixels() throws {
    let pixels = noise(12)
    let picture = try images(4, 3).preview(item(pixels, [1, 3, 4]))
    #expect(picture.width == 300 && picture.height == 225)
    for (position, value) in pixels.enumerated() {
      let found = picture[position % 4 * 75 + 74, position / 4 * 75]
      #expect(found == Picture.Color(value, value, value))
    }
  }
}
