import Foundation

/// The discrete Fourier transform in double precision, in place, for lengths that are powers of two
/// (Cooley and Tukey, "An algorithm for the machine calculation of complex Fourier series", 1965).
///
/// kissfft's single precision is enough to look at a spectrum. The normal equations of
/// `distortionRatio` need more: their condition is about 10⁸ for speech at 16 kHz and up to 10¹⁵ for
/// the same converted to 48 kHz.
struct FourierTransform {
  /// A sequence of complex numbers.
  struct Values {
    var real: [Double]
    var imaginary: [Double]

    /// `samples`, and zeros up to `count`.
    init(_ samples: [Double], count: Int) {
      real = samples + [Double](repeating: 0, count: count - samples.count)
      imaginary = [Double](repeating: 0, count: count)
    }

    /// |X|² of each.
    var powers: [Double] { zip(real, imaginary).map { $0 * $0 + $1 * $1 } }
  }

  let count: Int
  private let cosines: [Double]
  private let sines: [Double]

  init(count: Int) {
    precondition(count > 0 && count & (count - 1) == 0, "a power of two")
    self.count = count
    let angles = (0..<(count / 2)).map { 2 * Double.pi * Double($0) / Double(count) }
    (cosines, sines) = (angles.map { cos($0) }, angles.map { sin($0) })
  }

  /// Xₖ = Σₜ xₜ exp(−2πi·k·t / count).
  func callAsFunction(_ values: inout Values) {
    values.real.withUnsafeMutableBufferPointer { real in
      values.imaginary.withUnsafeMutableBufferPointer { imaginary in
        reorder(real, imaginary)
        var half = 1
        while half < count {
          butterflies(real, imaginary, half: half)
          half *= 2
        }
      }
    }
  }

  /// Puts each value where its index read backwards in bits says.
  private func reorder(
    _ real: UnsafeMutableBufferPointer<Double>, _ imaginary: UnsafeMutableBufferPointer<Double>
  ) {
    var mirrored = 0
    for index in 0..<count {
      if index < mirrored {
        real.swapAt(index, mirrored)
        imaginary.swapAt(index, mirrored)
      }
      var bit = count / 2
      while bit > 0, mirrored & bit != 0 {
        mirrored ^= bit
        bit /= 2
      }
      mirrored |= bit
    }
  }

  /// Joins transforms of length `half` to those of twice the length.
  private func butterflies(
    _ real: UnsafeMutableBufferPointer<Double>, _ imaginary: UnsafeMutableBufferPointer<Double>,
    half: Int
  ) {
    let turn = count / (2 * half)
    for start in stride(from: 0, to: count, by: 2 * half) {
      for k in 0..<half {
        let (low, high) = (start + k, start + k + half)
        let (c, s) = (cosines[k * turn], sines[k * turn])
        let a = real[high] * c + imaginary[high] * s
        let b = imaginary[high] * c - real[high] * s
        (real[high], imaginary[high]) = (real[low] - a, imaginary[low] - b)
        (real[low], imaginary[low]) = (real[low] + a, imaginary[low] + b)
      }
    }
  }
}
