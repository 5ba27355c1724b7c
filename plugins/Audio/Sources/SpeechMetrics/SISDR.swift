import Foundation

/// The scale-invariant signal-to-distortion ratio in dB: 10 lg |α·s|² / |α·s − ŝ|² with
/// α = ⟨ŝ, s⟩ / |s|², after the mean of each signal has been taken off.
///
/// Le Roux, Wisdom, Erdogan and Hershey, "SDR – half-baked or well done?", 2019, equations 4 and 5,
/// which assume means of zero; asteroid takes them off by default, torchmetrics with `zero_mean`.
///
/// - Returns: nil where the ratio is 0 or infinite, see ``decibels(_:over:)``.
func scaleInvariantDistortionRatio(clean: [Double], estimate: [Double]) -> Double? {
  let (clean, estimate) = (centred(clean), centred(estimate))
  let energy = dot(clean, clean)
  guard energy > 0 else { return nil }
  let scale = dot(estimate, clean) / energy
  let distortion = zip(clean, estimate).reduce(0.0) { sum, pair in
    let difference = scale * pair.0 - pair.1
    return sum + difference * difference
  }
  return decibels(scale * scale * energy, over: distortion)
}

/// 10 lg of `signal` over `distortion`, both energies; nil if the ratio is 0 or if `distortion` is
/// less than the rounding of doubles leaves of it (200 dB), so that the ratio stands for infinity.
func decibels(_ signal: Double, over distortion: Double) -> Double? {
  guard signal > 0, distortion > 1e-20 * signal else { return nil }
  return 10 * log10(signal / distortion)
}

private func centred(_ samples: [Double]) -> [Double] {
  let mean = samples.reduce(0, +) / Double(max(1, samples.count))
  return samples.map { $0 - mean }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0.0) { $0 + $1.0 * $1.1 }
}
