import Foundation

/// The log-spectral distance in dB: for each frame the root of the mean square, over frequencies, of
/// the difference of the levels 10 lg P, and of these the mean over frames.
///
/// Gray and Markel, "Distance measures for speech processing", 1976. Frames are those of a
/// ``Spectrogram`` of 32 ms every 8 ms; a level is at least −100 dB, where 0 dB is a sine of
/// amplitude 1.
func logSpectralDistance(clean: [Float], estimate: [Float], rate: Int) -> Double {
  func levels(_ samples: [Float]) -> (bins: Int, values: [Double]) {
    let spectrogram = Spectrogram(
      samples, sampleRate: rate, windowLength: max(2, rate * 32 / 1000 / 2 * 2),
      hop: max(1, rate * 8 / 1000))
    let values = spectrogram.magnitudes.map { 20 * log10(max(Double($0), 1e-5)) }
    return (spectrogram.bins, values)
  }
  let ((bins, a), (_, b)) = (levels(clean), levels(estimate))
  let distances = stride(from: 0, to: a.count, by: bins).map { start in
    let squares = (start..<(start + bins)).reduce(0.0) { $0 + (a[$1] - b[$1]) * (a[$1] - b[$1]) }
    return (squares / Double(bins)).squareRoot()
  }
  return distances.reduce(0, +) / Double(distances.count)
}
