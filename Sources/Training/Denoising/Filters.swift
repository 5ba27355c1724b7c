import Core
import Foundation

/// A filter of second order, after Robert Bristow-Johnson's "Audio EQ Cookbook".
struct Biquad {
  private var b0, b1, b2, a1, a2: Float

  private init(_ b: (Double, Double, Double), _ a: (Double, Double, Double)) {
    (b0, b1, b2) = (Float(b.0 / a.0), Float(b.1 / a.0), Float(b.2 / a.0))
    (a1, a2) = (Float(a.1 / a.0), Float(a.2 / a.0))
  }

  /// - Parameter frequency: the corner, as a share of the sampling rate below 1/2.
  static func lowPass(_ frequency: Double, q: Double) -> Biquad {
    let (w, alpha) = angle(frequency, q: q)
    return Biquad(
      ((1 - cos(w)) / 2, 1 - cos(w), (1 - cos(w)) / 2), (1 + alpha, -2 * cos(w), 1 - alpha))
  }

  static func highPass(_ frequency: Double, q: Double) -> Biquad {
    let (w, alpha) = angle(frequency, q: q)
    return Biquad(
      ((1 + cos(w)) / 2, -1 - cos(w), (1 + cos(w)) / 2), (1 + alpha, -2 * cos(w), 1 - alpha))
  }

  /// - Parameter decibels: the gain at `frequency`.
  static func peak(_ frequency: Double, q: Double, decibels: Double) -> Biquad {
    let (w, alpha) = angle(frequency, q: q)
    let gain = pow(10, decibels / 40)
    return Biquad(
      (1 + alpha * gain, -2 * cos(w), 1 - alpha * gain),
      (1 + alpha / gain, -2 * cos(w), 1 - alpha / gain))
  }

  private static func angle(_ frequency: Double, q: Double) -> (Double, Double) {
    let w = 2 * .pi * min(max(frequency, 1e-4), 0.49)
    return (w, sin(w) / (2 * q))
  }

  /// The signal after the filter, which starts at rest.
  func callAsFunction(_ x: [Float]) -> [Float] {
    var (z1, z2) = (Float(0), Float(0))
    return x.map { value in
      let out = b0 * value + z1
      z1 = b1 * value - a1 * out + z2
      z2 = b2 * value - a2 * out
      return out
    }
  }
}

extension [Biquad] {
  /// A Butterworth filter of eighth order.
  static func lowPass(_ frequency: Double) -> [Biquad] {
    [0.5098, 0.6013, 0.9, 2.5629].map { .lowPass(frequency, q: $0) }
  }

  /// A Butterworth filter of fourth order.
  static func highPass(_ frequency: Double) -> [Biquad] {
    [.highPass(frequency, q: 0.5412), .highPass(frequency, q: 1.3066)]
  }

  /// Three tone controls anywhere between 1/200 and 2/5 of the sampling rate.
  static func equalizer(using random: inout SplitMix64) -> [Biquad] {
    (0..<3).map { _ in
      .peak(
        random.geometric(0.005...0.4), q: random.geometric(0.3...2),
        decibels: random.uniform(-12...12))
    }
  }

  func callAsFunction(_ x: [Float]) -> [Float] { reduce(x) { $1($0) } }
}

/// A room: the direct sound and sparse echoes of random sign that die away.
///
/// Reference: Karjalainen and Järveläinen, "Reverberation Modeling Using Velvet Noise" (2007).
struct Room {
  private let echoes: [(delay: Int, gain: Float)]

  /// A room with a reverberation time of 0.1 to 0.6 s, and echoes of 3 to 15 dB below the direct
  /// sound in all.
  init(rate: Double, using random: inout SplitMix64) {
    let time = random.uniform(0.1...0.6)
    let spacing = rate / 500
    let count = Int(time * rate / spacing)
    var echoes = (0..<count).map { i in
      let delay = (Double(i) + random.uniform()) * spacing + 0.002 * rate
      let sign: Double = random.uniform() < 0.5 ? -1 : 1
      return (Int(delay), sign * pow(10, -3 * delay / (time * rate)))
    }
    let energy = echoes.reduce(0) { $0 + $1.1 * $1.1 }.squareRoot()
    let level = pow(10, random.uniform(-15 ... -3) / 20)
    echoes = echoes.map { ($0.0, $0.1 * level / max(energy, 1e-9)) }
    self.echoes = echoes.map { ($0.0, Float($0.1)) }
  }

  func callAsFunction(_ x: [Float]) -> [Float] {
    var y = x
    x.withUnsafeBufferPointer { x in
      y.withUnsafeMutableBufferPointer { y in
        for (delay, gain) in echoes where delay < x.count {
          for i in delay..<x.count { y[i] += gain * x[i - delay] }
        }
      }
    }
    return y
  }
}

/// The signal at `speed` times its pace and pitch, by cubic interpolation (Catmull and Rom 1974).
func played(_ x: [Float], speed: Double) -> [Float] {
  guard speed != 1, x.count > 3 else { return x }
  return (0..<Int(Double(x.count) / speed)).map { i in
    let position = Double(i) * speed
    let k = min(Int(position), x.count - 1)
    let t = Float(position - Double(k))
    func at(_ i: Int) -> Float { x[min(max(i, 0), x.count - 1)] }
    let (a, b, c, d) = (at(k - 1), at(k), at(k + 1), at(k + 2))
    return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
  }
}

/// Noise of a random colour that swells and fades, at times with a hum: what no recording at hand
/// holds.
func syntheticNoise(count: Int, rate: Double, using random: inout SplitMix64) -> [Float] {
  var x = (0..<count).map { _ in Float(random.normal()) }
  // Leaky sums make noise the darker the less they leak.
  for _ in 0..<Int.random(in: 0...2, using: &random) {
    let pole = Float(1 - random.geometric(0.003...0.7))
    var state: Float = 0
    x = x.map { value in
      state = pole * state + value
      return state
    }
    x = x.atUnitRMS
  }
  x = [Biquad].equalizer(using: &random)(x).atUnitRMS
  if random.uniform() < 0.4 {
    let points = (0..<Int.random(in: 4...40, using: &random)).map { _ in exp(random.normal()) }
    x =
      x.indices.map { i in
        let position = Double(i) / Double(count) * Double(points.count - 1)
        let k = min(Int(position), points.count - 2)
        let t = position - Double(k)
        return x[i] * Float(points[k] * (1 - t) + points[k + 1] * t)
      }.atUnitRMS
  }
  if random.uniform() < 0.25 {
    let fundamental = random.geometric(40...400)
    let level = random.geometric(0.3...3)
    for harmonic in 1...12 where fundamental * Double(harmonic) < rate / 2 {
      let amplitude = level * random.uniform() / Double(harmonic)
      let step = 2 * .pi * fundamental * Double(harmonic) / rate
      let phase = random.uniform(0...(2 * .pi))
      for i in x.indices { x[i] += Float(amplitude * sin(step * Double(i) + phase)) }
    }
  }
  return x.atUnitRMS
}

extension [Float] {
  /// The root of the mean square.
  package var rms: Float {
    let energy = reduce(0.0) { $0 + Double($1) * Double($1) }
    return isEmpty ? 0 : Float((energy / Double(count)).squareRoot())
  }

  /// Scaled to an RMS of 1; silence as it is.
  var atUnitRMS: [Float] {
    let rms = rms
    return rms > 1e-9 ? map { $0 / rms } : self
  }
}

extension SplitMix64 {
  mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A number in `range` whose logarithm is uniform.
  mutating func geometric(_ range: ClosedRange<Double>) -> Double {
    exp(uniform(log(range.lowerBound)...log(range.upperBound)))
  }
}
