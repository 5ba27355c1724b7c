import CKissFFT
import Foundation

/// How strong a signal is in each of ``bands`` bands of frequency, from a 128th of half the
/// sampling rate to all of it, of equal width on a logarithmic axis.
///
/// The mean of the power in windows of up to 256 samples that overlap by half, under a Hann window
/// (Welch, "The use of fast Fourier transform for the estimation of power spectra", 1967); a sine
/// of amplitude 1 has a power of about 1/2. What is below the first band's centre counts to it, and
/// the mean of the signal to none.
struct PowerSpectrum {
  static let bands = 12
  /// The power of each band.
  let power: [Float]

  /// - Parameter values: finite; fewer than four have no spectrum, all powers being 0.
  init(_ values: ArraySlice<Float>) {
    let length = min(256, values.count / 2 * 2)
    guard length >= 4 else {
      power = Array(repeating: 0, count: Self.bands)
      return
    }
    let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
    let window = (0..<length).map { i in
      0.5 - 0.5 * cos(2 * Double.pi * (Double(i) + 0.5) / Double(length))
    }
    // Both halves of the spectrum over the window's energy.
    let scale = 2 / (Double(length) * window.reduce(0) { $0 + $1 * $1 })
    let bins = length / 2 + 1
    var sums = [Double](repeating: 0, count: Self.bands)
    let plan = kiss_fftr_alloc(Int32(length), 0, nil, nil)
    defer { free(UnsafeMutableRawPointer(plan)) }
    var spectrum = [kiss_fft_cpx](repeating: kiss_fft_cpx(), count: bins)
    let starts = stride(from: 0, through: values.count - length, by: length / 2)
    for start in starts {
      let segment = (0..<length).map {
        Float((Double(values[values.startIndex + start + $0]) - mean) * window[$0])
      }
      kiss_fftr(plan, segment, &spectrum)
      for bin in 1..<bins {
        let octaves = log2(Double(bin) / Double(bins - 1))
        let band = min(Self.bands - 1, max(0, Int((octaves / 7 + 1) * Double(Self.bands))))
        let value = spectrum[bin]
        sums[band] +=
          (Double(value.r) * Double(value.r) + Double(value.i) * Double(value.i)) * scale
      }
    }
    let count = starts.reduce(0.0) { count, _ in count + 1 }
    power = sums.map { Float($0 / count) }
  }

  /// In bels (10 dB), at least -10.
  var levels: [Float] { power.map { log10(max($0, 1e-10)) } }
}
