import Foundation
import Modality
import Signal
import TestSupport
import Testing

@Suite struct ScalingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func signal(_ change: (inout SignalConfiguration) -> Void = { _ in }) throws
    -> SignalModality
  {
    try plainSignal(length: 100, channels: 2) {
      $0.normalize = .channel
      change(&$0)
    }
  }

  @Test func nearlyAllValuesAreWithinOne() throws {
    // One thousand and one values evenly from 0 to 1000, and others about 50 times as large.
    let wide = noise(1_001, amplitude: 40, centre: 50_000)
    try folder.write(csv([("a", ramp(1_001).reversed()), ("b", wide)]), to: "a.csv")
    let signal = try plainSignal(length: 1_001, channels: 2) { $0.normalize = .channel }
    let data = try signal.dataset(at: folder.url)
    let fitted = try signal.fitted(to: data)
    // The mean, and the distance to the thousandth at either end.
    expectClose(fitted.configuration.mean[0], 500, atol: 1e-9)
    expectClose(fitted.configuration.scale[0], 499, atol: 1e-9)
    expectClose(fitted.configuration.mean[1], 50_000, atol: 5)
    let values = try data.item(at: 0, seed: 0).values
    #expect(values.count { abs($0) > 1 } <= 8)
    #expect(values.allSatisfy { abs($0) < 1.1 })
    expectClose(Double(values[0]), 500 / 499, atol: 1e-6)
  }

  @Test func whatIsFittedIsWhatTheItemsHave() throws {
    for k in 0..<3 {
      let columns = [
        ("a", noise(900, centre: 3, seed: UInt64(k))), ("b", noise(900, amplitude: 9)),
      ]
      try folder.write(csv(columns), to: "\(k).csv")
    }
    let data = try signal().dataset(at: folder.url)
    let fitted = try signal().fitted(to: data)
    let again = try fitted.dataset(at: folder.url)
    for index in 0..<data.count {
      let (a, b) = (try again.item(at: index, seed: 1), try data.item(at: index, seed: 1))
      #expect(a == b)
    }
    #expect(try fitted.fitted(to: again).configuration == fitted.configuration)
    // One recording alone has the mean of all: it is stored and not measured again.
    let one = try fitted.dataset(at: folder["0.csv"])
    let (a, b) = (try one.item(at: 0, seed: 0), try data.item(at: 0, seed: 0))
    #expect(a.values == b.values)
    let tree = try fitted.configurationTree()
    #expect(try SignalConfiguration(overriding: tree) == fitted.configuration)
  }

  @Test func aChannelThatNeverChangesStaysFinite() throws {
    let flat = [Float](repeating: 7, count: 400)
    try folder.write(csv([("a", flat), ("b", noise(400))]), to: "a.csv")
    let data = try signal().dataset(at: folder.url)
    let fitted = try signal().fitted(to: data)
    #expect(fitted.configuration.mean[0] == 7 && fitted.configuration.scale[0] == 1)
    #expect(try data.item(at: 0, seed: 0).values[..<100].allSatisfy { $0 == 0 })
  }

  @Test func valuesStayWithoutNormalisation() throws {
    try folder.write(csv([("a", ramp(200)), ("b", ramp(200))]), to: "a.csv")
    let plain = try signal { $0.normalize = .none }
    let data = try plain.dataset(at: folder.url)
    #expect(try data.item(at: 1, seed: 0).values[..<100] == ramp(200)[100...])
    #expect(try plain.fitted(to: data).configuration == plain.configuration)
  }

  @Test func anotherModalitysDataIsNotFittedTo() throws {
    struct Other: DataSet {
      let count = 1
      let labels: [String] = []
      let rejected: [RejectedInput] = []
      func item(at index: Int, seed: UInt64) throws -> Item { Item(shape: [1, 1], values: [0]) }
      func source(of index: Int) -> String { "" }
    }
    let found = failure { _ = try signal().fitted(to: Other()) }
    #expect(found.code == .configuration)
  }
}
