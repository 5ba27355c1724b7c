import Foundation

/// Converts between rates as Octave's `resample` does: one polyphase filter, a sinc under a Kaiser
/// window that rejects 60 dB.
///
/// STOI's published values rest on this filter (pystoi's `resample_oct`); sound that people hear
/// goes through ``Resampler``.
struct KaiserResampler {
  private let up: Int
  private let down: Int
  /// The filter at `up` times the source's rate, its middle at `reach`; its sum is `up`.
  private let filter: [Double]
  private let reach: Int

  /// - Parameters: rates in Hz, 1 or more.
  init(from source: Int, to target: Int) {
    let divisor = greatestCommonDivisor(source, target)
    (up, down) = (target / divisor, source / divisor)
    let (rejection, cutoff) = (60.0, 0.5 / Double(max(up, down)))
    // Kaiser's formulas for the length and the shape that reach the rejection.
    let reach = Int(((rejection - 8) / (28.714 * cutoff / 10)).rounded(.up))
    let beta = 0.1102 * (rejection - 8.7)
    let taps = (-reach...reach).map { t -> Double in
      let x = 2 * Double.pi * cutoff * Double(t)
      let place = Double(t) / Double(reach)
      return (t == 0 ? 1 : sin(x) / x) * besselI0(beta * (1 - place * place).squareRoot())
    }
    let sum = taps.reduce(0, +)
    filter = taps.map { $0 * Double(target / divisor) / sum }
    self.reach = reach
  }

  /// The samples at the target's rate, the first at the time of the first; beyond the ends is 0.
  func callAsFunction(_ samples: [Double]) -> [Double] {
    guard up != down else { return samples }
    return (0..<((samples.count * up + down - 1) / down)).map { n in
      let time = n * down
      let first = max(0, (time - reach + up - 1) / up)
      let last = min(samples.count - 1, (time + reach) / up)
      var sum = 0.0
      var k = first
      while k <= last {
        sum += samples[k] * filter[time - k * up + reach]
        k += 1
      }
      return sum
    }
  }
}

/// The modified Bessel function of the first kind and order 0, by its power series.
private func besselI0(_ x: Double) -> Double {
  var (sum, term, order) = (1.0, 1.0, 1.0)
  while term > 1e-17 * sum {
    term *= (x / 2 / order) * (x / 2 / order)
    sum += term
    order += 1
  }
  return sum
}
