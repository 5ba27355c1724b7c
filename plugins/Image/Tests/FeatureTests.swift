import Foundation
import Modality
import TestSupport
import Testing

@testable import Image

@Suite struct FeatureTests {
  private func picture(_ size: Int, _ value: (Int, Int) -> Float) -> Item {
    Item(
      shape: [1, size, size],
      values: (0..<(size * size)).map { value($0 % size, $0 / size) })
  }

  @Test func aConstantHasItsBrightnessAndNoEdges() throws {
    let features = try images(28, 28).features(of: picture(28) { _, _ in 0.5 })
    #expect(features.count == 49 + 96)
    #expect(features.prefix(49).allSatisfy { abs($0 - 0.5) < 1e-5 })
    #expect(features.dropFirst(49).allSatisfy { $0 == 0 })
  }

  @Test func edgesCountForTheirDirection() throws {
    let modality = try images(28, 28)
    // A slope of 0.04 to the right, and one downwards: directions 0 and 3 of 6.
    let right = try modality.features(of: picture(28) { x, _ in 0.04 * Float(x) - 0.5 })
    let down = try modality.features(of: picture(28) { _, y in 0.5 - 0.04 * Float(y) })
    for cell in 0..<16 {
      let (a, b) = (right[(49 + 6 * cell)...].prefix(6), down[(49 + 6 * cell)...].prefix(6))
      #expect(zip(a, [0.2, 0, 0, 0, 0, 0]).allSatisfy { abs($0 - $1) < 1e-3 }, "\(a)")
      #expect(zip(b, [0, 0, 0, 0.2, 0, 0]).allSatisfy { abs($0 - $1) < 1e-3 }, "\(b)")
    }
  }

  @Test(arguments: [(1, 1), (1, 9), (3, 5)], [1, 3])
  func anySizeHasFiniteFeatures(size: (Int, Int), channels: Int) throws {
    let modality = try images(size.0, size.1, channels: channels)
    let count = size.0 * size.1 * channels
    let shape = [channels, size.1, size.0]
    let features = try modality.features(of: item(noise(count), shape))
    #expect(features.allSatisfy(\.isFinite) && !features.isEmpty)
    let broken = Item(shape: shape, values: [Float](repeating: .nan, count: count))
    #expect(try modality.features(of: broken).allSatisfy(\.isFinite))
  }

  @Test func colourIsLookedAtAsLuma() throws {
    let values = [Float](repeating: 1, count: 64) + [Float](repeating: -1, count: 128)
    let features = try images(8, 8, channels: 3).features(
      of: Item(shape: [3, 8, 8], values: values))
    #expect(features.prefix(49).allSatisfy { abs($0 - (0.299 - 0.587 - 0.114)) < 1e-5 })
  }

  @Test func metricsTellOfBrightnessAndSharpness() throws {
    let modality = try images(28, 28)
    let slope = picture(28) { x, _ in 0.02 * Float(x) - 0.5 }
    let steeper = picture(28) { x, _ in 0.04 * Float(x) - 0.5 }
    let found = try modality.metrics(of: [steeper], against: [slope, slope])
    #expect(found.map(\.name).count == 2)
    expectClose(found[0].value, 0.02 * 13.5, atol: 1e-5)
    expectClose(found[1].value, 2, atol: 1e-4)
    let none = try modality.metrics(of: [], against: [slope])
    #expect(none.allSatisfy { $0.value.isFinite })
  }
}
