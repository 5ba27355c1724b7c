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

  /// Log-spectral distances in dB over the bands of `features`: between the mean spectra of the two
  /// sets, and of each made item to the real item with the nearest spectrum, on average.
  ///
  /// A spectrum is the mean level of each band over an item; the distance is the root of the mean
  /// square over the bands (Gray and Markel, "Distance measures for speech processing", 1976).
  public func metrics(of made: [Item], against real: [Item]) throws -> [Metric] {
    guard !made.isEmpty, !real.isEmpty else { return [] }
    let (a, b) = (try spectra(made), try spectra(real))
    let nearest = a.map { spectrum in
      b.map { logSpectralDistance(spectrum, $0) }.min() ?? 0
    }
    return [
      Metric("distance of mean spectra (dB)", logSpectralDistance(mean(a), mean(b))),
      Metric(
        "distance to the nearest spectrum (dB)", nearest.reduce(0, +) / Double(nearest.count)),
    ]
  }

  private static let bands = 24

  /// The mean level of each band of each item, in bels.
  private func spectra(_ items: [Item]) throws -> [[Float]] {
    try concurrentMap(items.count) { number in
      let features = try features(of: items[number])
      return (0..<Self.bands).map { features[2 * $0] }
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

private func mean(_ spectra: [[Float]]) -> [Float] {
  spectra[0].indices.map { band in
    spectra.reduce(0) { $0 + $1[band] } / Float(spectra.count)
  }
}

/// In dB, of levels in bels.
private func logSpectralDistance(_ a: [Float], _ b: [Float]) -> Double {
  let squares = zip(a, b).reduce(0.0) { $0 + 100 * Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
  return (squares / Double(a.count)).squareRoot()
}
