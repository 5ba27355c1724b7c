import Foundation

/// The segmental signal-to-noise ratio in dB: the mean over frames of 32 ms, 16 ms apart, under a
/// Hann window, of 10 lg Σ s² / Σ (s − ŝ)², each frame's limited to −10 … 35 dB.
///
/// Loizou, *Speech Enhancement: Theory and Practice*, 2nd edition, 2013, equation 11.1; limits,
/// window and the ε in quotient and logarithm as in its `comp_snr.m` and in pysepm, whose frames are
/// 30 ms. So a frame of digital silence counts −10 dB, and one without noise 35 dB.
///
/// - Returns: nil if the signals are shorter than a frame.
func segmentalSNR(clean: [Double], estimate: [Double], rate: Int) -> Double? {
  let length = max(2, rate * 32 / 1000)
  guard clean.count >= length else { return nil }
  let window = hannWindow(length)
  let ratios = stride(from: 0, through: clean.count - length, by: length / 2).map { start in
    var (signal, noise) = (0.0, 0.0)
    for (i, weight) in window.enumerated() {
      let value = weight * clean[start + i]
      let difference = value - weight * estimate[start + i]
      signal += value * value
      noise += difference * difference
    }
    return min(35, max(-10, 10 * log10(signal / (noise + .ulpOfOne) + .ulpOfOne)))
  }
  return ratios.reduce(0, +) / Double(ratios.count)
}

/// The Hann window without its two zeros, as MATLAB's `hanning` has it: sin²(π·(i + 1) / (n + 1)).
func hannWindow(_ count: Int) -> [Double] {
  (0..<count).map { i in
    let sine = sin(.pi * Double(i + 1) / Double(count + 1))
    return sine * sine
  }
}
