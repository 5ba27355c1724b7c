import Foundation
import Modality
import TestSupport
import Testing

@testable import Image

@Suite struct IDXTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func dataset(
    _ change: (inout ImageConfiguration) -> Void = { _ in }
  ) throws -> any DataSet { try images(3, 2, change).dataset(at: folder.url) }

  /// Why the only file cannot be used.
  private func reason(_ words: String..., in change: (TemporaryFolder) throws -> Void) throws {
    try change(folder)
    let error = try expectError(.invalidData, containing: "none of 1 image file") {
      _ = try dataset()
    }
    for word in words { #expect(error.message.contains(word), "\(error)") }
  }

  @Test(arguments: [
    ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    ("t10k-images.idx3-ubyte.gz", "t10k-labels.idx1-ubyte"),
    ("images-idx3-ubyte", "labels-idx1-ubyte.gz"), ("Images-idx3-ubyte.gz", "labels-idx1-ubyte.gz"),
  ])
  func imagesAndTheLabelsBesideThem(name: String, labels: String) throws {
    let pixels = noise(18)
    for (name, data) in [(name, idx([3, 2, 3], pixels)), (labels, idx([3], [7, 11, 7]))] {
      if name.hasSuffix(".gz") {
        try folder.gzip(data, to: name)
      } else {
        try folder.write(data, to: name)
      }
    }
    for place in [folder.url, folder[name]] {
      let data = try images(3, 2).dataset(at: place)
      #expect(data.count == 3)
      #expect(data.labels == ["7", "11"])
      #expect(data.source(of: 1) == "\(name)#1")
      #expect(Set((0..<3).map(data.source)).count == 3)
      for number in 0..<3 {
        let item = try data.item(at: number, seed: 0)
        #expect(item.shape == [1, 2, 3])
        #expect(item.label == [0, 1, 0][number])
        #expect(
          item.values == pixels[(6 * number)..<(6 * number + 6)].map { Float($0) / 127.5 - 1 })
      }
    }
    let plain = try dataset { $0.labels = .none }
    #expect(plain.labels.isEmpty)
    #expect(try plain.item(at: 0, seed: 0).label == nil)
  }

  @Test func coloursStandInAFourthAxis() throws {
    let pixels = noise(2 * 2 * 3 * 3)
    try folder.write(idx([2, 2, 3, 3], pixels), to: "images-idx4-ubyte")
    let item = try images(3, 2, channels: 3).dataset(at: folder.url).item(at: 1, seed: 0)
    #expect(item.values[0] == Float(pixels[18]) / 127.5 - 1)
    #expect(item.values[6] == Float(pixels[19]) / 127.5 - 1)
  }

  @Test func oneClassIsNone() throws {
    try folder.write(idx([2, 2, 3], noise(12)), to: "images-idx3-ubyte")
    try folder.write(idx([2], [5, 5]), to: "labels-idx1-ubyte")
    #expect(try dataset().labels.isEmpty)
    #expect(try dataset().item(at: 0, seed: 0).label == nil)
  }

  @Test func labelsThatDoNotFitAreAnError() throws {
    try reason("labels-idx1-ubyte", "has 4 labels for 3 images") {
      try $0.write(idx([3, 2, 3], noise(18)), to: "images-idx3-ubyte")
      try $0.write(idx([4], [1, 2, 3, 4]), to: "labels-idx1-ubyte")
    }
    // Without labels the images are good.
    #expect(try dataset { $0.labels = .none }.count == 3)
  }

  @Test func damagedLabelsAreAnError() throws {
    try reason("its labels, labels-idx1-ubyte: is cut short") {
      try $0.write(idx([3, 2, 3], noise(18)), to: "images-idx3-ubyte")
      try $0.write(idx([3], [1]), to: "labels-idx1-ubyte")
    }
  }

  @Test(arguments: [
    ("is no IDX file", Data([1, 2, 3, 4, 5]), true),
    ("is of an unknown kind", Data([1, 2]), false),
    ("is empty", Data(), false), ("its IDX header is not all there", Data([0, 0, 8, 3, 0]), false),
    ("has 1 axis, and images have 3 or more", idx([4], [1, 2, 3, 4]), false),
    ("its header tells of 18 bytes, and 17 are there", idx([3, 2, 3], noise(17)), false),
    ("goes on beyond the 18 bytes", idx([3, 2, 3], noise(19)), false),
    ("holds no images", idx([0, 2, 3], []), false),
    ("has images of 5 channels", idx([1, 1, 1, 5], noise(5)), false),
    ("numbers of the kind 13", idx([1, 1, 1], noise(4), kind: 13), false),
    ("is too large", idx([1 << 31, 1 << 31, 1 << 31, 1 << 31], []), false),
    ("1000 are there", idx([1_000, 1_000, 1_000], noise(1_000)), false),
  ])
  func damagedFilesAreSentences(words: String, data: Data, packed: Bool) throws {
    try reason(words) {
      if packed {
        try $0.gzip(data, to: "images-idx3-ubyte.gz")
      } else {
        try $0.write(data, to: "images-idx3-ubyte")
      }
    }
  }

  @Test func aGzipFileCutAnywhereIsAnError() throws {
    try folder.gzip(idx([3, 2, 3], noise(18)), to: "a/images-idx3-ubyte.gz")
    let whole = try Data(contentsOf: folder["a/images-idx3-ubyte.gz"])
    for kept in 1..<whole.count {
      try folder.write(whole.prefix(kept), to: "b/images-idx3-ubyte.gz")
      try expectError(.invalidData) { _ = try images(3, 2).dataset(at: folder["b"]) }
    }
    // A damaged check sum.
    var damaged = whole
    damaged[whole.count - 6] ^= 1
    try folder.write(damaged, to: "b/images-idx3-ubyte.gz")
    try expectError(.invalidData, containing: "zlib says") {
      _ = try images(3, 2).dataset(at: folder["b"])
    }
  }

  /// 200 MB of zeros in 200 kB: no more is expanded than the header tells of.
  @Test func aGzipBombIsNotExpanded() throws {
    try reason("goes on beyond the 18 bytes") {
      try $0.gzip(idx([3, 2, 3], [UInt8](repeating: 0, count: 200 << 20)), to: "images-idx3-ubyte")
    }
    // A header that tells of 1 GiB does not make room for what is not there.
    try folder.gzip(idx([1 << 10, 1 << 10, 1 << 10], noise(10)), to: "images-idx3-ubyte")
    try expectError(.invalidData, containing: "and 10 are there") { _ = try dataset() }
  }

  @Test func twoGzipStreamsAreOne() throws {
    let data = idx([3, 2, 3], noise(18))
    try folder.gzip(data.prefix(20), to: "a/one")
    try folder.gzip(data.dropFirst(20), to: "a/two")
    let both = try Data(contentsOf: folder["a/one.gz"]) + Data(contentsOf: folder["a/two.gz"])
    try folder.write(both, to: "b/images-idx3-ubyte.gz")
    #expect(try images(3, 2).dataset(at: folder["b"]).count == 3)
  }
}
