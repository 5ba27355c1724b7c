import Foundation
import Modality
import TestSupport
import Testing

@testable import Image

@Suite struct DataSetTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func labelsComeFromFoldersOrNames() throws {
    for (value, name) in ["b/7_x.png", "a/3_y.png", "a/7_z.png", "a/odd.png"].enumerated() {
      try folder.writeGrey(UInt8(value), to: name)
    }
    let byFolder = try images(4, 4).dataset(at: folder.url)
    #expect(byFolder.labels == ["a", "b"])
    #expect((0..<4).map(byFolder.source) == ["a/3_y.png", "a/7_z.png", "a/odd.png", "b/7_x.png"])
    #expect(try (0..<4).map { try byFolder.item(at: $0, seed: 0).label } == [0, 0, 0, 1])
    let byName = try images(4, 4) { $0.labels = .name }.dataset(at: folder.url)
    #expect(byName.labels == ["3", "7"])
    #expect(try (0..<4).map { try byName.item(at: $0, seed: 0).label } == [0, 1, nil, 1])
    let none = try images(4, 4) { $0.labels = .none }.dataset(at: folder.url)
    #expect(none.labels.isEmpty)
    #expect(try none.item(at: 0, seed: 0).label == nil)
  }

  @Test func aTextOfTheSameNameIsTheCaption() throws {
    for name in ["a.png", "b.png", "c.png", "d.png"] { try folder.writeGrey(9, to: name) }
    try folder.write("  a small grey square\n", to: "a.txt")
    try folder.write(" \n", to: "b.txt")
    try folder.write([0xFF, 0xFE, 0x80], to: "d.txt")
    let data = try images(4, 4).dataset(at: folder.url)
    let captions = try (0..<4).map { try data.item(at: $0, seed: 0).caption }
    #expect(captions == ["a small grey square", nil, nil, nil])
    #expect(data.rejected.map(\.name) == ["d.txt"])
    #expect(data.rejected.first?.reason.contains("UTF-8") == true)
  }

  @Test func flipsAreDrawnBySeed() throws {
    let pixels = noise(12)
    try images(4, 3).write(item(pixels, [1, 3, 4]), to: folder["a.png"])
    let plain = try images(4, 3).dataset(at: folder.url).item(at: 0, seed: 0).values
    let mirrored = stride(from: 0, to: 12, by: 4).flatMap { plain[$0..<($0 + 4)].reversed() }
    let data = try images(4, 3) { $0.flip = true }.dataset(at: folder.url)
    let turning = try images(4, 3) { $0.flip = true }
    #expect(try turning.wholeItem(at: folder["a.png"]).values == plain)
    var count = 0
    for seed in 0..<400 as Range<UInt64> {
      let values = try data.item(at: 0, seed: seed).values
      #expect(values == plain || values == mirrored)
      count += values == mirrored ? 1 : 0
      #expect(try data.item(at: 0, seed: seed).values == values)
    }
    #expect((150...250).contains(count))
    let unflipped = try images(4, 3).dataset(at: folder.url)
    for seed in 0..<20 as Range<UInt64> {
      #expect(try unflipped.item(at: 0, seed: seed).values == plain)
    }
  }

  @Test func anItemIsAFunctionOfIndexAndSeedFromManyThreads() throws {
    for name in ["baseline.jpg", "rgba.png", "turned-6.jpg"] {
      try folder.write(fixture(name), to: name)
    }
    try folder.write(idx([5, 9, 9], noise(5 * 81)), to: "images-idx3-ubyte")
    let data = try images(8, 8, channels: 3) { $0.flip = true }.dataset(at: folder.url)
    let again = try images(8, 8, channels: 3) { $0.flip = true }.dataset(at: folder.url)
    #expect(data.count == 8)
    let expected = try (0..<8).map { try data.item(at: $0, seed: 5) }
    #expect(try (0..<8).map { try again.item(at: $0, seed: 5) } == expected)
    let found = Collected<(Int, Item?)>()
    DispatchQueue.concurrentPerform(iterations: 160) { number in
      found.append((number % 8, try? data.item(at: number % 8, seed: 5)))
    }
    #expect(found.all.count == 160)
    for (index, item) in found.all { #expect(item == expected[index]) }
    for item in expected {
      #expect(item.values.allSatisfy { $0.isFinite && abs($0) <= 1 + 1e-5 })
    }
  }

  @Test func whatCannotBeReadIsRejectedByNameAndReason() throws {
    try folder.writeGrey(9, to: "good.png")
    try folder.write([], to: "empty.png")
    try folder.write("Dear reader, this is no image.\n", to: "text.png")
    try folder.write(fixture("baseline.jpg").dropLast(100), to: "cut.jpg")
    try folder.write(fixture("rgb.png").dropLast(40), to: "cut.png")
    try folder.write(fixture("bomb.png"), to: "bomb.png")
    try folder.write(fixture("cmyk.jpg"), to: "cmyk.jpg")
    try folder.write("GIF89a\u{1}\u{1}", to: "moving.gif")
    try folder.write("notes", to: "notes.md")
    #expect(mkfifo(folder["pipe.png"].path, 0o600) == 0)
    let data = try images(4, 4).dataset(at: folder.url)
    #expect(data.count == 1)
    let reasons = Dictionary(uniqueKeysWithValues: data.rejected.map { ($0.name, $0.reason) })
    for (name, words) in [
      ("empty.png", "is empty (0 bytes)"), ("text.png", "is text; expected PNG, JPEG or IDX"),
      ("cut.jpg", "Premature end"), ("cut.png", "is damaged or cut short"),
      ("bomb.png", "is too large"), ("cmyk.jpg", "CMYK"), ("moving.gif", "is a GIF image"),
      ("pipe.png", "is no file but a folder, pipe or device"),
    ] { #expect(reasons[name]?.contains(words) == true, "\(name): \(reasons[name] ?? "-")") }
    #expect(reasons.count == 8)
    #expect(data.rejected.map(\.name) == reasons.keys.sorted())
  }

  @Test func nothingThereOrNothingUsable() throws {
    let modality = try images(4, 4)
    try expectError(.missingInput, containing: "No such file") {
      _ = try modality.dataset(at: folder["absent"])
    }
    try expectError(.missingInput, containing: "holds no image files", "-idx3-ubyte") {
      _ = try modality.dataset(at: folder.url)
    }
    try folder.write("x", to: "a.png")
    try expectError(.invalidData, containing: "none of 1 image file", "a.png: is text") {
      _ = try modality.dataset(at: folder.url)
    }
  }

  @Test func aFileThatChangesUnderneathIsAnErrorThatNamesIt() throws {
    try folder.writeGrey(9, to: "a.png")
    let data = try images(4, 4).dataset(at: folder.url)
    try folder.write("x", to: "a.png")
    try expectError(.invalidData, containing: folder["a.png"].path) {
      _ = try data.item(at: 0, seed: 0)
    }
    try FileManager.default.removeItem(at: folder["a.png"])
    try expectError(.missingInput, containing: folder["a.png"].path) {
      _ = try data.item(at: 0, seed: 0)
    }
  }

  @Test func progressCountsFilesAndCanEndTheLooking() throws {
    for number in 0..<70 { try folder.writeGrey(9, to: "\(number).png") }
    var seen: [[Int]] = []
    _ = try images(4, 4).dataset(at: folder.url) { seen.append([$0, $1]) }
    #expect(seen == [[64, 70], [70, 70]])
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      _ = try images(4, 4).dataset(at: folder.url) { _, _ in throw Stop() }
    }
  }
}
