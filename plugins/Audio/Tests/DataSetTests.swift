import Audio
import Foundation
import Modality
import TestSupport
import Testing

@Suite struct DataSetTests {
  /// A file whose sample n is n / count, so that a crop tells where it begins.
  private func ramp(_ count: Int) -> [Float] {
    (0..<count).map { 0.01 + 0.9 * Float($0) / Float(count) }
  }

  private func start(of item: Item, in count: Int) -> Int {
    Int(((item.values[0] - 0.01) / 0.9 * Float(count)).rounded())
  }

  @Test func aLongRecordingCountsAsItsLengths() throws {
    let folder = try TemporaryFolder()
    try folder.write(ramp(10_500), to: "long.wav", subtype: .float)
    try folder.write(ramp(300), to: "short.wav", subtype: .float)
    let data = try plainAudio(length: 1_000).dataset(at: folder.url)
    #expect(data.count == 11)
    #expect(data.source(of: 9) == "long.wav")
    #expect(data.source(of: 10) == "short.wav")
    var starts: Set<Int> = []
    for part in 0..<10 {
      for seed in 0..<200 as Range<UInt64> {
        let begin = start(of: try data.item(at: part, seed: seed), in: 10_500)
        #expect((part * 9_501 / 10..<(part + 1) * 9_501 / 10).contains(begin))
        starts.insert(begin)
      }
    }
    #expect(starts.count > 1_500)
  }

  @Test func aShortRecordingStandsAtTheStart() throws {
    let folder = try TemporaryFolder()
    try folder.write(ramp(300), to: "short.wav", subtype: .float)
    let item = try plainAudio(length: 1_000).dataset(at: folder.url).item(at: 0, seed: 5)
    #expect(item.shape == [1, 1_000])
    #expect(Array(item.values[..<300]) == ramp(300))
    #expect(item.values[300...].allSatisfy { $0 == 0 })
  }

  @Test func cropsFromTheStartKeepTheAttack() throws {
    let folder = try TemporaryFolder()
    try folder.write(ramp(5_000), to: "a.wav", subtype: .float)
    let data = try plainAudio(length: 1_000) { $0.crop = .start }.dataset(at: folder.url)
    #expect(data.count == 1)
    for seed in 0..<5 as Range<UInt64> {
      #expect(Array(try data.item(at: 0, seed: seed).values) == Array(ramp(5_000)[..<1_000]))
    }
  }

  @Test func anItemIsAFunctionOfIndexAndSeed() throws {
    let folder = try TemporaryFolder()
    for k in 0..<4 {
      try folder.write(noise(40_000, seed: UInt64(k)), to: "\(k).wav", rate: 22_050)
    }
    let audio = try plainAudio(length: 2_000)
    let (data, again) = (try audio.dataset(at: folder.url), try audio.dataset(at: folder.url))
    let expected = try (0..<24).map { try data.item(at: $0, seed: 9) }
    #expect(try again.item(at: 3, seed: 9) == expected[3])
    #expect(try data.item(at: 3, seed: 10) != expected[3])
    let items = Collected()
    DispatchQueue.concurrentPerform(iterations: 240) { n in
      items.append(n % 24, try? data.item(at: n % 24, seed: 9))
    }
    #expect(items.all.count == 240)
    for (index, item) in items.all { #expect(item == expected[index]) }
  }

  @Test func aSilentCropIsDrawnAgain() throws {
    let folder = try TemporaryFolder()
    // One second of sound in twenty of silence.
    let samples =
      [Float](repeating: 0, count: 80_000) + noise(8_000)
      + [Float](repeating: 0, count: 72_000)
    try folder.write(samples, to: "a.wav")
    let data = try plainAudio(length: 40_000).dataset(at: folder.url)
    var audible = 0
    for seed in 0..<50 as Range<UInt64> {
      for index in 0..<data.count {
        let item = try data.item(at: index, seed: seed)
        audible += item.values.contains { $0 != 0 } ? 1 : 0
      }
    }
    // 40 % of places are audible, so 9 draws in a row fail once in 100.
    #expect(audible > 190)
  }

  @Test func labelsComeFromFoldersOrNames() throws {
    let folder = try TemporaryFolder()
    for name in ["snare/7_anna_1.wav", "kick/3_ben_1.wav", "kick/7_ben_2.wav", "kick/odd.wav"] {
      try folder.write(noise(500), to: name)
    }
    let byFolder = try plainAudio(length: 100).dataset(at: folder.url)
    #expect(byFolder.labels == ["kick", "snare"])
    let bySource = try (0..<4).map { try ($0, byFolder.item(at: $0 * 5, seed: 0).label) }
    #expect(bySource.map { $0.1 } == [0, 0, 0, 1])
    let byName = try plainAudio(length: 500) { $0.labels = .name }.dataset(at: folder.url)
    #expect(byName.labels == ["3", "7"])
    #expect(try (0..<4).map { try byName.item(at: $0, seed: 0).label } == [0, 1, nil, 1])
    let none = try plainAudio(length: 500) { $0.labels = .none }.dataset(at: folder.url)
    #expect(none.labels.isEmpty)
    let one = try plainAudio(length: 500).dataset(at: folder["kick"])
    #expect(one.labels.isEmpty)
    #expect(try one.item(at: 0, seed: 0).label == nil)
  }

  @Test func aFileThatChangesUnderneathIsAnError() throws {
    let folder = try TemporaryFolder()
    try folder.write(noise(500), to: "a.wav")
    let data = try plainAudio(length: 500).dataset(at: folder.url)
    try folder.write(noise(500), to: "a.wav", rate: 16_000)
    #expect(failure { _ = try data.item(at: 0, seed: 0) }.message.contains("has changed"))
    try FileManager.default.removeItem(at: folder["a.wav"])
    #expect(failure { _ = try data.item(at: 0, seed: 0) }.code == .missingInput)
  }
}

private final class Collected: @unchecked Sendable {
  private let lock = NSLock()
  private var items: [(Int, Item?)] = []
  var all: [(Int, Item?)] { lock.withLock { items } }
  func append(_ index: Int, _ item: Item?) { lock.withLock { items.append((index, item)) } }
}
