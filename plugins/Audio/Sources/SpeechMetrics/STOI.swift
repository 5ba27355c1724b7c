import Foundation

/// How intelligible an estimate of speech is: STOI and ESTOI, near 0 for nothing and 1 for all of
/// it.
///
/// Taal, Hendriks, Heusdens and Jensen, "An Algorithm for Intelligibility Prediction of
/// Time-Frequency Weighted Noisy Speech", 2011; Jensen and Taal, "An Algorithm for Predicting the
/// Intelligibility of Speech Masked by Modulated Noise Maskers", 2016. Rate, frames, bands and the
/// removal of silence are those of pystoi 0.4.
struct Intelligibility {
  let stoi: Double
  let estoi: Double

  /// In Hz.
  private static let rate = 10_000
  private static let frameLength = 256
  private static let hop = 128
  /// Frames of one segment: 0.4 s.
  static let segment = 30

  /// - Returns: nil where fewer than 30 frames of the clean signal are within 40 dB of its loudest:
  ///   about 0.4 s of speech.
  init?(clean: [Double], estimate: [Double], rate: Int) {
    let resample = KaiserResampler(from: rate, to: Self.rate)
    let window = hannWindow(Self.frameLength)
    let loud = Self.loudFrames(resample(clean), resample(estimate), window)
    let (x, y) = (Self.bands(loud.clean, window), Self.bands(loud.estimate, window))
    let segments = x.isEmpty ? 0 : x[0].count - Self.segment + 1
    guard segments > 0 else { return nil }
    var (sum, extendedSum) = (0.0, 0.0)
    for start in 0..<segments {
      let xs = x.map { Array($0[start..<(start + Self.segment)]) }
      let ys = y.map { Array($0[start..<(start + Self.segment)]) }
      sum += clippedCorrelation(xs, ys)
      extendedSum += normalizedCorrelation(xs, ys)
    }
    stoi = sum / Double(segments)
    estoi = extendedSum / Double(segments)
  }

  /// Both signals without the frames in which the clean one is over 40 dB below its loudest: what is
  /// left is windowed and added up again, half overlapping.
  private static func loudFrames(
    _ clean: [Double], _ estimate: [Double], _ window: [Double]
  ) -> (clean: [Double], estimate: [Double]) {
    let starts = frameStarts(clean.count)
    let levels = starts.map { start in
      let energy = window.indices.reduce(0.0) { sum, i in
        let value = window[i] * clean[start + i]
        return sum + value * value
      }
      return 20 * log10(energy.squareRoot() + .ulpOfOne)
    }
    let threshold = (levels.max() ?? 0) - 40
    let loud = zip(starts, levels).filter { $0.1 > threshold }.map(\.0)
    func joined(_ samples: [Double]) -> [Double] {
      var sum = [Double](repeating: 0, count: loud.isEmpty ? 0 : loud.count * hop + hop)
      for (number, start) in loud.enumerated() {
        for i in window.indices { sum[number * hop + i] += window[i] * samples[start + i] }
      }
      return sum
    }
    return (joined(clean), joined(estimate))
  }

  /// Where frames start that end before the last sample.
  private static func frameStarts(_ count: Int) -> [Int] {
    Array(stride(from: 0, to: count - frameLength, by: hop))
  }

  /// [bands][frames]: the root of the energy in 15 bands of a third of an octave, the lowest around
  /// 150 Hz (Taal et al., equation 1).
  private static func bands(_ samples: [Double], _ window: [Double]) -> [[Double]] {
    let transform = FourierTransform(count: 2 * frameLength)
    let bin = Double(rate) / Double(transform.count)
    let edges = (0..<15).map { band in
      let edge = { (third: Double) in Int((150 * pow(2, third / 6) / bin).rounded()) }
      return edge(Double(2 * band - 1))..<edge(Double(2 * band + 1))
    }
    var bands = edges.map { _ in [Double]() }
    for start in frameStarts(samples.count) {
      var frame = FourierTransform.Values(
        window.indices.map { window[$0] * samples[start + $0] }, count: transform.count)
      transform(&frame)
      let powers = frame.powers
      for (band, edge) in edges.enumerated() {
        bands[band].append(powers[edge].reduce(0, +).squareRoot())
      }
    }
    return bands
  }
}

/// The mean over bands of the correlation of `x` with `y`, once `y` has the energy of `x` and
/// exceeds it nowhere by more than 15 dB (Taal et al., equations 3 to 6). Both are [bands][frames].
private func clippedCorrelation(_ x: [[Double]], _ y: [[Double]]) -> Double {
  let ceiling = 1 + pow(10, 15.0 / 20)
  let correlations = zip(x, y).map { x, y in
    let scale = norm(x) / (norm(y) + .ulpOfOne)
    let clipped = zip(x, y).map { min($1 * scale, $0 * ceiling) }
    return zip(normalized(x), normalized(clipped)).reduce(0.0) { $0 + $1.0 * $1.1 }
  }
  return correlations.reduce(0, +) / Double(correlations.count)
}

/// The mean over frames of the correlation of `x` with `y`, once bands and then frames have mean 0
/// and norm 1 (Jensen and Taal, equations 3 to 7). Both are [bands][frames].
private func normalizedCorrelation(_ x: [[Double]], _ y: [[Double]]) -> Double {
  func frames(_ bands: [[Double]]) -> [[Double]] {
    let rows = bands.map(normalized)
    return rows[0].indices.map { frame in normalized(rows.map { $0[frame] }) }
  }
  let products = zip(frames(x), frames(y)).map { x, y in
    zip(x, y).reduce(0.0) { $0 + $1.0 * $1.1 }
  }
  return products.reduce(0, +) / Double(products.count)
}

/// `values` less their mean, with norm 1; zeros where they are all the same.
private func normalized(_ values: [Double]) -> [Double] {
  let mean = values.reduce(0, +) / Double(values.count)
  let centred = values.map { $0 - mean }
  let scale = 1 / (norm(centred) + .ulpOfOne)
  return centred.map { $0 * scale }
}

private func norm(_ values: [Double]) -> Double {
  values.reduce(0.0) { $0 + $1 * $1 }.squareRoot()
}
