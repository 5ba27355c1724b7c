import Foundation
import Modality
import Signal
import TestSupport
import Testing

@Suite struct DataSetTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Where each item begins in a ramp.
  private func starts(_ data: any DataSet, seed: UInt64 = 0) throws -> [Int] {
    try (0..<data.count).map { Int(try data.item(at: $0, seed: seed).values[0]) }
  }

  @Test func windowsAreAHopApart() throws {
    try folder.write(ramp(105), to: "a.npy")
    try folder.write(ramp(30), to: "b.npy")
    let plain = try plainSignal(length: 30).dataset(at: folder.url)
    #expect(try starts(plain) == [0, 30, 60, 0])
    #expect((0..<4).map(plain.source) == ["a.npy", "a.npy", "a.npy", "b.npy"])
    let dense = try plainSignal(length: 30) { $0.hop = 25 }.dataset(at: folder.url)
    #expect(try starts(dense) == [0, 25, 50, 75, 0])
    let sparse = try plainSignal(length: 30) { $0.hop = 70 }.dataset(at: folder.url)
    #expect(try starts(sparse) == [0, 70, 0])
    #expect(try sparse.item(at: 1, seed: 0).values == (70..<100).map(Float.init))
  }

  /// From start to end, whatever the windows of the modality; one with a gap is not whole.
  @Test(arguments: [30, 105, 400]) func aRecordingIsOneItem(length: Int) throws {
    let url = try folder.write(ramp(105), to: "a.npy")
    let signal = try plainSignal(length: length) { ($0.hop, $0.crop) = (7, .random) }
    #expect(signal.positionsPerSecond == 100)
    let item = try signal.wholeItem(at: url)
    #expect(item.shape == [1, 105] && item.values == ramp(105))
    let broken = try folder.write(ramp(50) + [.nan] + ramp(54), to: "b.npy")
    try expectError(.invalidData, containing: "b.npy", "no 105 samples without a gap") {
      _ = try signal.wholeItem(at: broken)
    }
  }

  @Test func aRandomWindowBeginsWithinItsHop() throws {
    try folder.write(ramp(105), to: "a.npy")
    try folder.write(ramp(30), to: "b.npy")
    let data = try plainSignal(length: 30) { $0.crop = .random }.dataset(at: folder.url)
    var seen: [Set<Int>] = Array(repeating: [], count: 4)
    for seed in 0..<2_000 as Range<UInt64> {
      for (index, start) in try starts(data, seed: seed).enumerated() { seen[index].insert(start) }
    }
    // Every start of the first recording belongs to one window, and the second has but one.
    #expect(seen == [Set(0..<30), Set(30..<60), Set(60...75), [0]])
  }

  @Test func anItemIsAFunctionOfIndexAndSeed() throws {
    for k in 0..<3 { try folder.write(noise(4_000, seed: UInt64(k)), to: "\(k).npy") }
    try folder.write(csv([("x", noise(4_000, seed: 9))]), to: "t.csv")
    let signal = try plainSignal(length: 500) {
      $0.crop = .random
      $0.normalize = .channel
    }
    let (data, again) = (try signal.dataset(at: folder.url), try signal.dataset(at: folder.url))
    let expected = try (0..<32).map { try data.item(at: $0, seed: 9) }
    #expect(try (0..<32).map { try again.item(at: $0, seed: 9) } == expected)
    #expect(try data.item(at: 3, seed: 10) != expected[3])
    let items = try concurrentMap(320) { try data.item(at: $0 % 32, seed: 9) }
    for (index, item) in items.enumerated() { #expect(item == expected[index % 32]) }
  }

  @Test func theOnlyRecordingIsCutIntoSections() throws {
    try folder.write(ramp(1_010), to: "a.npy")
    let data = try plainSignal(length: 10).dataset(at: folder.url)
    let sources = (0..<data.count).map(data.source)
    #expect(Set(sources).count == 20)
    #expect(sources.first == "a.npy (1 of 20)" && sources.last == "a.npy (20 of 20)")
    // 50 samples each, and the last 60; no window reaches into the next.
    #expect(try starts(data) == Array(stride(from: 0, to: 1_010, by: 10)))
    let random = try plainSignal(length: 12) { $0.crop = .random }.dataset(at: folder.url)
    for seed in 0..<50 as Range<UInt64> {
      for index in 0..<random.count {
        let values = try random.item(at: index, seed: seed).values
        #expect(min(Int(values[0]) / 50, 19) == min(Int(values[11]) / 50, 19))
      }
    }
    // Two recordings, or one that is too short for two sections of four windows, stay whole.
    let short = try plainSignal(length: 130).dataset(at: folder.url)
    #expect(Set((0..<short.count).map(short.source)) == ["a.npy"])
    try folder.write(ramp(1_010), to: "b.npy")
    let two = try plainSignal(length: 10).dataset(at: folder.url)
    #expect(Set((0..<two.count).map(two.source)) == ["a.npy", "b.npy"])
  }

  @Test func shortRecordingsAreLeftOutOrPadded() throws {
    try folder.write(ramp(20), to: "long.npy")
    try folder.write(ramp(7), to: "short.npy")
    let data = try plainSignal(length: 10).dataset(at: folder.url)
    #expect(
      reasons(data)
        == ["short.npy": "has 7 samples, fewer than an item's 10; lower length, or set pad"])
    let padded = try plainSignal(length: 10) { $0.pad = true }.dataset(at: folder.url)
    #expect(padded.count == 3)
    #expect(try padded.item(at: 2, seed: 4).values == ramp(7) + [6, 6, 6])
  }

  @Test func shortGapsAreBridged() throws {
    var values = ramp(40)
    for index in [0, 10, 11, 20, 21, 22, 39] { values[index] = .nan }
    try folder.write(values, to: "a.npy")
    let signal = try plainSignal(length: 4) {
      $0.gaps = .interpolate
      $0.maxGap = 2
      $0.pad = true
    }
    let data = try signal.dataset(at: folder.url)
    // Of 1…19 and 23…38; what two samples at 10 are, their neighbours tell.
    #expect(try starts(data) == [1, 5, 9, 13, 23, 27, 31, 35])
    for index in 0..<data.count {
      let item = try data.item(at: index, seed: 0).values
      #expect(item == (0..<4).map { item[0] + Float($0) })
    }
    #expect(
      reasons(data)["a.npy"]
        == "is used without 3 gaps of 5 missing values in all, the first in sample 0")
    let report = try signal.inspect(at: folder.url)
    #expect(
      report.text.contains("a.npy: 1 gap of 2 values in all, the first in samples 10 to 11"))
  }

  @Test func aBridgeMayBeginOutsideOfTheWindow() throws {
    var values = ramp(40).map { $0 * $0 }
    for index in 8..<12 { values[index] = .nan }
    try folder.write(values, to: "a.npy")
    try folder.write(ramp(40), to: "b.npy")
    let data = try plainSignal(length: 10) { $0.gaps = .interpolate }.dataset(at: folder.url)
    let line = (1...4).map { Float(49) + (144 - 49) * Float($0) / 5 }
    #expect(Array(try data.item(at: 0, seed: 0).values[8...]) == Array(line[..<2]))
    #expect(Array(try data.item(at: 1, seed: 0).values[..<2]) == Array(line[2...]))
  }

  @Test func aGapInOneChannelIsOneInAll() throws {
    try folder.write("a,b\n1,1\n2,\n3,3\n4,4\n,5\n6,6\n7,7\n", to: "a.csv")
    let data = try plainSignal(length: 2, channels: 2).dataset(at: folder.url)
    #expect(try starts(data) == [3, 6])
    let none = failure { _ = try plainSignal(length: 3, channels: 2).dataset(at: folder.url) }
    #expect(
      none.message.contains(
        "a.csv: has no 3 samples without a gap: 2 gaps of 2 missing values in all, the first in "
          + "line 3"))
    let other = try plainSignal(length: 4) { $0.columns = ["a"] }.dataset(at: folder.url)
    #expect(other.count == 1)
  }

  @Test func labelsComeFromFoldersOrNames() throws {
    for name in ["walk/3_ann.npy", "run/3_ben.npy", "run/7_ben.npy"] {
      try folder.write(ramp(10), to: name)
    }
    let byFolder = try plainSignal(length: 10).dataset(at: folder.url)
    #expect(byFolder.labels == ["run", "walk"])
    #expect(try (0..<3).map { try byFolder.item(at: $0, seed: 0).label } == [0, 0, 1])
    let byName = try plainSignal(length: 10) { $0.labels = .name }.dataset(at: folder.url)
    #expect(byName.labels == ["3", "7"])
    let none = try plainSignal(length: 10) { $0.labels = .none }.dataset(at: folder.url)
    #expect(none.labels.isEmpty)
  }

  @Test func moreWindowsThanMemoryHoldsAreAnError() throws {
    let url = try folder.write(npyHeader("<i2", "(100000000,)"), to: "a.npy")
    let file = try FileHandle(forWritingTo: url)
    try file.truncate(atOffset: 200_000_200)
    try file.close()
    let found = failure {
      _ = try plainSignal(length: 1) { $0.hop = 1 }.dataset(at: folder.url)
    }
    #expect(found.code == .configuration)
    #expect(found.message == "hop: 1 makes more than 50000000 windows; raise it")
  }

  @Test func nothingThereOrNothingUsable() throws {
    let signal = try plainSignal(length: 10)
    #expect(failure { _ = try signal.dataset(at: folder["absent"]) }.code == .missingInput)
    let empty = failure { _ = try signal.dataset(at: folder.url) }
    #expect(empty.code == .missingInput)
    #expect(empty.message.contains("holds no signal files"))
    for k in 0..<7 { try folder.write(Data(), to: "\(k).csv") }
    let unusable = failure { _ = try signal.dataset(at: folder.url) }
    #expect(unusable.code == .invalidData)
    #expect(unusable.message.contains("none of 7 signal files"))
    #expect(unusable.message.contains("0.csv: is empty (0 bytes)"))
  }

  @Test func lookingCanBeEnded() throws {
    for k in 0..<5 { try folder.write(ramp(10), to: "\(k).npy") }
    struct Enough: Error {}
    var seen: [Int] = []
    #expect(throws: Enough.self) {
      _ = try plainSignal(length: 10).dataset(at: folder.url) { done, total in
        seen.append(done * 10 + total)
        if done == 3 { throw Enough() }
      }
    }
    #expect(seen == [15, 25, 35])
  }
}
