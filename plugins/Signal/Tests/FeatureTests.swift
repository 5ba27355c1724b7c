import Foundation
import Modality
import Signal
import TestSupport
import Testing

@Suite struct FeatureTests {
  private func sine(_ period: Double, amplitude: Double = 0.5, count: Int = 1_024) -> [Float] {
    (0..<count).map { Float(amplitude * sin(2 * .pi * Double($0) / period)) }
  }

  private func item(_ values: [Float], channels: Int = 1) -> Item {
    Item(shape: [channels, values.count / channels], values: values)
  }

  @Test func aSineIsInItsBand() throws {
    let signal = try plainSignal(length: 1_024)
    // Bands end at a 128th of half the rate times 2^(7 k / 12); the period is in samples.
    for (period, band) in [(2.2, 11), (16.0, 6), (200.0, 0)] {
      let features = try signal.features(of: item(sine(period)))
      #expect(features.count == 26)
      let strongest = features[..<12].max() ?? 0
      #expect(features[band] == strongest)
      // A power of 1/8, of which the window lets some out to the neighbours.
      expectClose(Double(strongest), log10(0.125), atol: 0.25)
    }
  }

  @Test func quantilesAreThoseOfValuesAndDifferences() throws {
    let signal = try plainSignal(length: 101)
    let features = try signal.features(of: item((0...100).map { Float($0) / 100 }))
    let shares: [Float] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
    for (found, expected) in zip(features[12..<19], shares) {
      expectClose(Double(found), Double(expected), atol: 1e-6)
    }
    for found in features[19...] { expectClose(Double(found), 0.01, atol: 1e-6) }
  }

  @Test func featuresAreFiniteAndAsManyForEveryItem() throws {
    let signal = try plainSignal(length: 64, channels: 2)
    for length in [1, 2, 3, 4, 5, 63, 64, 1_000] {
      for values in [
        noise(2 * length), [Float](repeating: 0, count: 2 * length),
        [Float](repeating: .nan, count: 2 * length), [Float](repeating: 1e38, count: 2 * length),
      ] {
        let features = try signal.features(of: item(values, channels: 2))
        #expect(features.count == 52)
        #expect(features.allSatisfy { $0.isFinite })
      }
    }
    #expect(failure { _ = try signal.features(of: item(noise(5))) }.code == .invalidData)
  }

  @Test func metricsCompareSpectraAndSpreads() throws {
    let signal = try plainSignal(length: 1_024) { $0.columns = ["ecg"] }
    let real = (0..<4).map { item(noise(1_024, seed: $0)) }
    let same = try signal.metrics(of: real, against: real)
    let expected = [
      Metric("distance of mean spectra (dB)", 0),
      Metric("standard deviation of ecg, made / real", 1),
    ]
    #expect(same == expected)
    let half = real.map { item($0.values.map { $0 / 2 }) }
    let found = try signal.metrics(of: half, against: real)
    expectClose(found[0].value, 20 * log10(2), atol: 1e-3)
    expectClose(found[1].value, 0.5, atol: 1e-6)
    #expect(try signal.metrics(of: [], against: real).isEmpty)
  }

  @Test func aPictureHasAPanelForEachChannel() throws {
    let one = try plainSignal(length: 100)
    #expect(try one.preview(item(noise(100))).height == 320)
    let two = try plainSignal(length: 100, channels: 2)
    let picture = try two.preview(item(noise(100) + sine(20, count: 100), channels: 2))
    #expect((picture.width, picture.height) == (900, 640))
    let many = try plainSignal(length: 10, channels: 1_024)
    #expect(try many.preview(item(noise(10_240), channels: 1_024)).height == 16 * 160)
    var values = noise(100)
    values[7] = .nan
    _ = try one.preview(item(values))
    #expect(failure { _ = try two.preview(item(noise(99))) }.code == .invalidData)
  }
}
