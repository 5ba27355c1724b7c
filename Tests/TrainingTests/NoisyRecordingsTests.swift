import Core
import Foundation
import Modality
import Tensors
import TestSupport
import Testing

@testable import Training

/// Items that are one value throughout.
private struct Constants: DataSet {
  var values: [Float]
  var length = 400
  var count: Int { values.count }

  func item(at index: Int, seed: UInt64) throws -> Item {
    Item(shape: [1, length], values: Array(repeating: values[index], count: length))
  }
  func source(of index: Int) -> String { "\(values[index])" }
}

/// Clips of white noise, each other seed another one.
private struct Hiss: DataSet {
  var count = 6
  var length = 4_000
  var filled: Int?

  func item(at index: Int, seed: UInt64) throws -> Item {
    var random = SplitMix64(seed: seed, UInt64(index))
    let values = (0..<length).map { i in
      i < filled ?? length ? Float(random.normal() * 0.1) : 0
    }
    return Item(shape: [1, length], values: values)
  }
  func source(of index: Int) -> String { "hiss-\(index)" }
}

/// Nothing but mixing at an SNR.
private func plain(_ change: (inout Degradation) -> Void = { _ in }) -> Degradation {
  var degradation = Degradation()
  degradation.cleanShare = 0
  degradation.noiseShare = 0
  degradation.layerShare = 0
  degradation.syntheticShare = 0
  degradation.equalizerShare = 0
  degradation.speed = 0
  degradation.reverbShare = 0
  degradation.bandLimitShare = 0
  degradation.clippingShare = 0
  degradation.shortShare = 0
  change(&degradation)
  return degradation
}

private func recordings(
  clean: any DataSet = Hiss(), noise: any DataSet = Hiss(count: 9), _ degradation: Degradation,
  rate: Double = 4_000
) throws -> NoisyRecordings {
  try NoisyRecordings(
    clean: clean, noise: noise, degradation: degradation, rate: rate,
    training: tinyConfiguration().training)
}

private func decibels(_ signal: [Float], _ noise: [Float]) -> Double {
  20 * log10(Double(signal.rms / noise.rms))
}

@Suite struct NoisyRecordingsTests {
  @Test(arguments: [-5.0, 0, 12.5])
  func mixesAtTheRatioAndScalesTheRecording(snr: Double) throws {
    let data = try recordings(
      plain {
        $0.lowestSNR = snr
        $0.highestSNR = snr
      })
    for index in 0..<data.count {
      let item = try data.item(at: index, seed: 3)
      let recording = item.conditions[0]
      expectClose(Double(recording.rms), 1, atol: 1e-4)
      let noise = zip(recording, item.values).map { $0 - $1 }
      expectClose(decibels(item.values, noise), snr, atol: 1e-3)
    }
  }

  @Test func ratiosCoverTheirRange() throws {
    let data = try recordings(plain())
    let ratios = try (0..<60).map { seed in
      let item = try data.item(at: 1, seed: UInt64(seed))
      return decibels(item.values, zip(item.conditions[0], item.values).map { $0 - $1 })
    }
    #expect(ratios.allSatisfy { -5.01...20.01 ~= $0 })
    #expect(ratios.min() ?? 0 < -2 && ratios.max() ?? 0 > 17)
    let clean = try recordings(plain { $0.cleanShare = 1 })
    for seed in 0..<10 {
      let item = try clean.item(at: 1, seed: UInt64(seed))
      let ratio = decibels(item.values, zip(item.conditions[0], item.values).map { $0 - $1 })
      #expect(19.9...50.1 ~= ratio)
    }
  }

  @Test func indexAndSeedDecideEverything() throws {
    let data = try recordings(Degradation())
    let first = try data.item(at: 2, seed: 5)
    #expect(try data.item(at: 2, seed: 5) == first)
    #expect(try data.item(at: 2, seed: 6) != first)
    #expect(try data.item(at: 3, seed: 5) != first)
    for seed in 0..<200 {
      let item = try data.item(at: Int(seed) % data.count, seed: UInt64(seed))
      #expect(item.shape == [1, 4_000] && item.conditions[0].count == 4_000)
      #expect((item.values + item.conditions[0]).allSatisfy { $0.isFinite && abs($0) < 100 })
    }
  }

  /// What is held out is mixed with noise that is held out, and with nothing else.
  @Test func heldOutNoiseStaysHeldOut() throws {
    let noise = Constants(values: (1...20).map { Float($0) })
    let clean = Hiss(count: 10, length: 400)
    let training = tinyConfiguration().training
    let (cleanSplit, noiseSplit) = try (
      DataSplit(clean, heldOutFraction: training.heldOutFraction, seed: training.seed),
      DataSplit(noise, heldOutFraction: training.heldOutFraction, seed: training.seed)
    )
    #expect(!cleanSplit.heldOut.isEmpty && !noiseSplit.heldOut.isEmpty)
    let noting = Noting(base: noise)
    let noted = try recordings(clean: clean, noise: noting, plain())
    for index in 0..<clean.count {
      noting.asked = []
      for seed in 0..<40 { _ = try noted.item(at: index, seed: UInt64(seed)) }
      let expected = cleanSplit.heldOut.contains(index) ? noiseSplit.heldOut : noiseSplit.training
      #expect(noting.asked.isSubset(of: expected))
      #expect(noting.asked.count > expected.count / 2)
    }
  }

  @Test func noiseAloneHasNothingBehindIt() throws {
    let data = try recordings(plain { $0.noiseShare = 1 })
    let item = try data.item(at: 0, seed: 1)
    #expect(item.values.allSatisfy { $0 == 0 })
    expectClose(Double(item.conditions[0].rms), 1, atol: 1e-4)
  }

  @Test func clippingCutsTheRecordingAlone() throws {
    let data = try recordings(
      plain {
        $0.clippingShare = 1
        $0.lowestSNR = 20
      })
    let item = try data.item(at: 0, seed: 1)
    let peak = item.conditions[0].map { abs($0) }.max() ?? 0
    #expect(item.conditions[0].count { abs($0) == peak } > 3)
    #expect(item.values.map { abs($0) }.max() ?? 0 > peak * 1.1)
  }

  /// A recording that is shorter than an item is followed by others: hardly anything is silent.
  @Test func shortRecordingsFollowOneAnother() throws {
    let data = try recordings(
      clean: Hiss(count: 6, length: 4_000, filled: 500),
      plain {
        $0.lowestSNR = 50
        $0.highestSNR = 50
      }, rate: 1_000)
    let item = try data.item(at: 0, seed: 2)
    let parts = (0..<8).map { Array(item.values[($0 * 500)..<(($0 + 1) * 500)]).rms }
    #expect(parts.count { $0 > 0.2 } >= 6)
  }

  /// A quarter to a whole second, and then its mirror image over and over.
  @Test func shortRecordingsAreMirrored() throws {
    let data = try recordings(plain { $0.shortShare = 1 }, rate: 1_000)
    for seed in 0..<10 {
      let item = try data.item(at: 0, seed: UInt64(seed))
      for row in [item.values, item.conditions[0]] {
        let half = try #require((1..<2_000).first { row[$0] == row[$0 - 1] })
        #expect(250...1_000 ~= half)
        for i in half..<row.count {
          let place = i % (2 * half)
          #expect(row[i] == row[place < half ? place : 2 * half - 1 - place])
        }
      }
    }
  }

  @Test func badDegradationIsRefused() throws {
    try expectError(.configuration, containing: "denoising.degradation", "snr_min") {
      _ = try recordings(plain { $0.lowestSNR = 30 })
    }
    try expectError(.configuration, containing: "share") {
      _ = try recordings(plain { $0.reverbShare = 1.5 })
    }
    try expectError(.configuration, containing: "speed") {
      _ = try recordings(plain { $0.speed = 0.9 })
    }
  }
}

/// Notes which items were asked for.
private final class Noting: DataSet, @unchecked Sendable {
  let base: Constants
  var asked: Set<Int> = []

  init(base: Constants) { self.base = base }

  var count: Int { base.count }
  func item(at index: Int, seed: UInt64) throws -> Item {
    asked.insert(index)
    return try base.item(at: index, seed: seed)
  }
  func source(of index: Int) -> String { base.source(of: index) }
}

@Suite struct FilterTests {
  /// The gain at a frequency (a share of the rate), from the response to a long sine.
  private func gain(_ filter: [Biquad], at frequency: Double) -> Double {
    let x = (0..<8_000).map { Float(sin(2 * .pi * frequency * Double($0))) }
    return 20 * log10(Double(Array(filter(x).suffix(4_000)).rms / Array(x.suffix(4_000)).rms))
  }

  @Test func butterworth() {
    expectClose(gain(.lowPass(0.1), at: 0.1), -3.01, atol: 0.05)
    expectClose(gain(.lowPass(0.1), at: 0.01), 0, atol: 0.01)
    #expect(gain(.lowPass(0.1), at: 0.2) < -48)
    expectClose(gain(.highPass(0.1), at: 0.1), -3.01, atol: 0.05)
    #expect(gain(.highPass(0.1), at: 0.05) < -24)
    expectClose(gain([.peak(0.1, q: 1, decibels: 9)], at: 0.1), 9, atol: 0.05)
    expectClose(gain([.peak(0.1, q: 1, decibels: -9)], at: 0.1), -9, atol: 0.05)
  }

  /// The direct sound first, then echoes at the level that was drawn, which die away.
  @Test(arguments: 0..<5) func room(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let response = Room(rate: 16_000, using: &random)([1] + Array(repeating: 0, count: 12_000))
    #expect(response[0] == 1)
    #expect(response[1..<32].allSatisfy { $0 == 0 })
    let tail = Array(response.dropFirst())
    let energy = 10 * log10(tail.reduce(0.0) { $0 + Double($1 * $1) })
    #expect(-15.1 ... -2.9 ~= energy)
    let last = tail.lastIndex { $0 != 0 } ?? 0
    let early = Array(tail[..<(last / 4)]).rms
    let late = Array(tail[(3 * last / 4)..<last]).rms
    #expect(late < 0.1 * early)
  }

  @Test func playedFasterIsHigher() {
    let x = (0..<4_000).map { Float(sin(0.1 * Double($0))) }
    let y = played(x, speed: 1.25)
    #expect(y.count == 3_200)
    for i in 10..<3_000 { #expect(abs(y[i] - Float(sin(0.125 * Double(i)))) < 1e-3) }
    #expect(played(x, speed: 1) == x)
  }

  @Test func syntheticNoiseDiffersInColour() {
    let tilts = (0..<30).map { seed -> Float in
      var random = SplitMix64(seed: UInt64(seed))
      let x = syntheticNoise(count: 4_000, rate: 16_000, using: &random)
      #expect(abs(x.rms - 1) < 1e-3)
      let differences = zip(x, x.dropFirst()).map { $1 - $0 }
      return differences.rms
    }
    // White noise has 1.41; dark noise far less.
    #expect(tilts.min() ?? 1 < 0.5 && tilts.max() ?? 0 > 1.2)
  }
}
