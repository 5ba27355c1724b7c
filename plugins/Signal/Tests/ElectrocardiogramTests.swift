import Foundation
import Modality
import Signal
import TestSupport
import Testing

/// The real recordings in samples/.
@Suite struct ElectrocardiogramTests {
  private let recordings = URL(fileURLWithPath: #filePath)
    .appendingPathComponent("../../../../samples/signals/ecg/recordings").standardizedFileURL

  private func signal(_ change: (inout SignalConfiguration) -> Void = { _ in }) throws
    -> SignalModality
  {
    try plainSignal(length: 1_080) {
      $0.samplingRate = 360
      $0.factor = 0.005
      $0.events = "beats"
      change(&$0)
    }
  }

  @Test func allAreRead() throws {
    let data = try signal().dataset(at: recordings)
    #expect(data.count == 100)
    #expect(Set((0..<100).map(data.source)).count == 10)
    #expect(data.rejected.isEmpty)
    let items = try (0..<100).map { try data.item(at: $0, seed: 0) }
    // The beats and the extremes that the database tells of these thirty seconds.
    #expect(items.reduce(0) { $0 + Int($1.conditions[0].reduce(0, +)) } == 341)
    expectClose(Double(items.flatMap(\.values).max() ?? 0), 2.66, atol: 1e-6)
    expectClose(Double(items.flatMap(\.values).min() ?? 0), -2.375, atol: 1e-6)
  }

  @Test func beatsStandAtThePeaks() throws {
    let data = try signal { $0.crop = .random }.dataset(at: recordings)
    // The first ten items are of record 100, whose beats are upright.
    for index in 0..<10 {
      let item = try data.item(at: index, seed: 5)
      let beats = item.conditions[0].indices.filter { item.conditions[0][$0] == 1 }
      #expect((3...5).contains(beats.count))
      for beat in beats where (40..<1_040).contains(beat) {
        let peak = ((beat - 40)..<(beat + 40)).max { item.values[$0] < item.values[$1] }
        // A hundredth of a second.
        #expect(abs((peak ?? 0) - beat) <= 3)
      }
    }
  }

  @Test func nearlyAllIsWithinOne() throws {
    let open = try signal { $0.normalize = .channel }
    let data = try open.dataset(at: recordings)
    let values = try (0..<data.count).flatMap { try data.item(at: $0, seed: 0).values }
    #expect(values.count { abs($0) > 1 } < values.count / 500)
    let fitted = try open.fitted(to: data).configuration
    #expect((-0.6 ..< -0.2).contains(fitted.mean[0]))
    #expect((1...3).contains(fitted.scale[0]))
  }
}
