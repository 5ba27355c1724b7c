import Foundation
import Modality

extension AudioModality {
  /// How loud each of 24 bands is on average, and how much its loudness varies: levels in bels
  /// (10 dB) below full scale, from bands of equal width on the mel scale, in frames of 32 ms.
  public func features(of item: Item) throws -> [Float] {
    let levels = bandLevels(try mixed(item))
    return (0..<Self.bands).flatMap { band -> [Float] in
      let values = levels.map { $0[band] }
      let mean = values.reduce(0, +) / Float(values.count)
      let spread = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(values.count)
      return [mean, spread.squareRoot()]
    }
  }

  /// The distance in dB between the mean spectra of the two sets, over the bands of `features`.
  public func metrics(of made: [Item], against real: [Item]) throws -> [Metric] {
    let (a, b) = (try meanLevels(made), try meanLevels(real))
    let squares = zip(a, b).map { 100 * Double(($0 - $1) * ($0 - $1)) }
    let distance = (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    return [Metric("distance of mean spectra (dB)", distance)]
  }

  private static let bands = 24

  private func meanLevels(_ items: [Item]) throws -> [Float] {
    let means = try items.map { item in try features(of: item).enumerated().filter { $0.0 % 2 == 0 }
    }
    return (0..<Self.bands).map { band in
      means.reduce(0) { $0 + $1[band].element } / Float(max(1, means.count))
    }
  }

  /// [frames][bands], in bels; the floor of -10 bels keeps silence finite.
  private func bandLevels(_ samples: [Float]) -> [[Float]] {
    let rate = configuration.sampleRate
    let window = max(64, rate * 32 / 1000 / 2 * 2)
    let transform = Spectrogram(samples, sampleRate: rate, windowLength: window, hop: window / 2)
    // Stevens, Volkmann and Newman 1937, as HTK computes it.
    let mel = { (hertz: Double) in 2595 * log10(1 + hertz / 700) }
    let top = mel(Double(rate) / 2)
    let bandOfBin = (0..<transform.bins).map {
      min(Self.bands - 1, Int(mel(transform.frequency(ofBin: $0)) / top * Double(Self.bands)))
    }
    return (0..<transform.frames).map { frame in
      var energy = [Float](repeating: 0, count: Self.bands)
      for bin in 0..<transform.bins {
        energy[bandOfBin[bin]] += transform[frame, bin] * transform[frame, bin]
      }
      return energy.map { log10(max($0, 1e-10)) }
    }
  }
}
