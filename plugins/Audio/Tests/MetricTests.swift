import Foundation
import Modality
import TestSupport
import Testing

@testable import Audio

@Suite struct MetricTests {
  private func clip(_ seed: UInt64, gain: Float = 1) -> Item {
    var random = SplitMix64(seed: seed)
    let values = (0..<4_096).map { _ in gain * Float(random.uniform() - 0.5) }
    return Item(shape: [1, 4_096], values: values)
  }

  private func distances(_ made: [Item], _ real: [Item]) throws -> [Double] {
    try plainAudio(length: 4_096).metrics(of: made, against: real).map(\.value)
  }

  /// Half the amplitude is 20 lg 2 = 6.02 dB less in every band.
  @Test func halfTheAmplitudeIsSixDecibels() throws {
    let real = (0..<4).map { clip($0) }
    let found = try distances((0..<4).map { clip($0, gain: 0.5) }, real)
    expectClose(found[0], 20 * log10(2), atol: 1e-3)
    #expect(found[1] <= found[0] + 1e-3 && found[1] > 5)
  }

  /// Copies are at no distance from the nearest, however few of the real items they cover.
  @Test func copiesHaveTheirNearest() throws {
    let real = [clip(1), clip(2, gain: 0.1), clip(3, gain: 0.01)]
    let found = try distances([real[1], real[1]], real)
    #expect(found[1] == 0)
    #expect(try distances(real, real) == [0, 0])
    // Of two items one is a copy, the other 20 lg 2 dB above the nearest.
    let half = try distances([real[1], clip(1, gain: 2)], real)
    expectClose(half[1], 10 * log10(2), atol: 1e-3)
    #expect(try distances([], real).isEmpty)
  }
}
