import Foundation
import Modality
import Signal
import TestSupport
import Testing

@Suite struct ConditionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func columnsCanConditionRatherThanBelong() throws {
    try folder.write("time,ecg,effort\n0,1,10\n1,2,20\n2,3,30\n3,4,40\n", to: "a.csv")
    let signal = try plainSignal(length: 2) {
      $0.conditionColumns = ["effort"]
      $0.normalize = .channel
      $0.mean = [1, 10]
      $0.scale = [1, 10]
    }
    #expect(signal.conditions == [Condition(name: "effort", shape: [1, 2])])
    let item = try signal.dataset(at: folder.url).item(at: 1, seed: 0)
    #expect(item.values == [2, 3])
    #expect(item.conditions == [[2, 3]])
  }

  @Test func eventsAreImpulses() throws {
    try folder.write(ramp(20), to: "100.npy")
    try folder.write("sample\n3\n14\n10\n", to: "100_beats.csv")
    try folder.write(ramp(20), to: "200.npy")
    try folder.write("0\n19\n", to: "200_beats.csv")
    try folder.write("sample\n", to: "300_beats.csv")
    try folder.write("x\n" + ramp(20).map { "\($0)\n" }.joined(), to: "300.csv")
    let signal = try plainSignal(length: 10) { $0.events = "beats" }
    #expect(signal.conditions == [Condition(name: "beats", shape: [1, 10])])
    let data = try signal.dataset(at: folder.url)
    #expect(data.rejected.isEmpty)
    let impulses = try (0..<data.count).map { index in
      let item = try data.item(at: index, seed: 0)
      return item.conditions[0].indices.filter { item.conditions[0][$0] == 1 }
    }
    #expect(impulses == [[3], [0, 4], [0], [9], [], []])
  }

  @Test func anImpulseMovesWithItsWindow() throws {
    try folder.write(ramp(40), to: "a.npy")
    try folder.write("25\n", to: "a_r.csv")
    let signal = try plainSignal(length: 20) {
      $0.events = "r"
      $0.crop = .random
    }
    let data = try signal.dataset(at: folder.url)
    for seed in 0..<30 as Range<UInt64> {
      let item = try data.item(at: 0, seed: seed)
      let found = zip(item.values, item.conditions[0]).filter { $0.1 == 1 }.map { $0.0 }
      #expect(found == (item.values.contains(25) ? [25] : []))
    }
  }

  @Test(arguments: [
    ("sample\n20\n", "a_beats.csv line 2: 20 is no sample of 0 to 19"),
    ("sample\n-1\n", "a_beats.csv line 2: -1 is no sample of 0 to 19"),
    ("1\n2.5\n", "a_beats.csv line 2: 2.5 is no sample"),
    ("sample\n1\nx\n", "a_beats.csv line 3: \"x\" is no sample number"),
    ("1\n1e300\n", "a_beats.csv line 2: 1e300 is no sample"),
  ])
  func eventsThatAreNone(text: String, expected: String) throws {
    try folder.write(ramp(20), to: "a.npy")
    try folder.write(text, to: "a_beats.csv")
    let found = failure {
      _ = try plainSignal(length: 10) { $0.events = "beats" }.dataset(at: folder.url)
    }
    #expect(found.message.contains(expected), "\(found.message)")
  }

  @Test func aRecordingWithoutEventsIsLeftOut() throws {
    try folder.write(ramp(20), to: "a.npy")
    try folder.write("1\n", to: "a_beats.csv")
    try folder.write(ramp(20), to: "b.npy")
    let data = try plainSignal(length: 10) { $0.events = "beats" }.dataset(at: folder.url)
    #expect(reasons(data) == ["b.npy": "has no events: there is no b_beats.csv beside it"])
  }

  @Test func filesAboutRecordingsAreNone() throws {
    try folder.write(ramp(20), to: "x/100.npy")
    for name in ["x/100_beats.csv", "x/100_pvc_old.csv", "metadata.csv", "x/metadata.csv"] {
      try folder.write("sample\n1\n2\n", to: name)
    }
    try folder.write(csv([("v", ramp(20))]), to: "100_alone.csv")
    let signal = try plainSignal(length: 2)
    let data = try signal.dataset(at: folder.url)
    #expect(Set((0..<data.count).map(data.source)) == ["x/100.npy", "100_alone.csv"])
    #expect(data.rejected.isEmpty)
    #expect(try signal.inspect(at: folder.url).json["annotations"] == .integer(4))
    // One that is named itself is read.
    #expect(
      try signal.dataset(at: folder["x/100_beats.csv"]).item(at: 0, seed: 0).values == [1, 2])
  }
}
