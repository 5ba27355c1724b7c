import Foundation

/// How loud a stretch of sound is, as amplitudes: 1 is full scale.
struct Levels: Hashable, Sendable {
  /// The largest magnitude of a sample.
  var peak: Float = 0
  /// The RMS of all samples.
  var rms: Float = 0
  /// The RMS of the loudest 20 ms.
  var loudest: Float = 0
  /// The RMS of the loud part: the stretches of 20 ms within 20 dB of the loudest. Pauses, decay
  /// and padding do not lower it, as they lower the plain RMS.
  var loud: Float = 0

  /// Whether no 20 ms reach `decibels` dBFS.
  func isSilent(below decibels: Double) -> Bool { dBFS(loudest) < decibels }
}

/// 20·log₁₀ of an amplitude: 0 for 1, -∞ for 0.
func dBFS(_ amplitude: Float) -> Double { 20 * log10(Double(amplitude)) }

/// The middle value, or the lower of the two middle ones; nil if there is none.
func median<Value: Comparable>(_ values: [Value]) -> Value? {
  values.isEmpty ? nil : values.sorted()[(values.count - 1) / 2]
}

/// Measures ``Levels`` of a stream of any length in constant memory.
///
/// The gate follows the idea of ITU-R BS.1770's, relative to the loudest block and without its
/// weighting of frequencies. Block levels are kept as a histogram in steps of 1 dB, so the edge of
/// the loud part is exact to 1 dB; sums are exact.
struct LevelMeter {
  /// Interleaved samples in a block of 20 ms.
  private let blockLength: Int
  private var filled = 0
  private var blockEnergy = 0.0
  /// Energy and samples of blocks by their mean power, 1 dB a bin; bin 0 is -200 dB and less.
  private var energies = [Double](repeating: 0, count: 300)
  private var counts = [Int](repeating: 0, count: 300)
  private var loudestPower = 0.0
  private var energy = 0.0
  private var count = 0
  private var peak: Float = 0

  /// - Parameters:
  ///   - rate: in Hz.
  ///   - channels: how many are interleaved in what is added.
  init(rate: Int, channels: Int) {
    blockLength = max(1, rate / 50) * channels
  }

  /// Adds the next interleaved samples, all finite.
  mutating func add(_ samples: UnsafeBufferPointer<Float>) {
    count += samples.count
    var start = 0
    while start < samples.count {
      let end = min(samples.count, start + blockLength - filled)
      for value in samples[start..<end] {
        blockEnergy += Double(value) * Double(value)
        peak = max(peak, abs(value))
      }
      filled += end - start
      start = end
      if filled == blockLength { closeBlock() }
    }
  }

  /// The levels of all that was added. Whether a last block that is not full is loud is judged as
  /// if it were padded with zeros.
  consuming func finish() -> Levels {
    let total = energy + blockEnergy
    closeBlock()
    let top = bin(loudestPower)
    let range = max(0, top - 20)...top
    let loudCount = range.reduce(0) { $0 + counts[$1] }
    let loudEnergy = range.reduce(0) { $0 + energies[$1] }
    return Levels(
      peak: peak,
      rms: Float((total / Double(max(1, count))).squareRoot()),
      loudest: Float(loudestPower.squareRoot()),
      loud: Float((loudEnergy / Double(max(1, loudCount))).squareRoot()))
  }

  private mutating func closeBlock() {
    guard filled > 0 else { return }
    let power = blockEnergy / Double(blockLength)
    let place = bin(power)
    energies[place] += blockEnergy
    counts[place] += filled
    loudestPower = max(loudestPower, power)
    energy += blockEnergy
    (filled, blockEnergy) = (0, 0)
  }

  private func bin(_ power: Double) -> Int {
    guard power > 0 else { return 0 }
    return min(max(Int(10 * log10(power)) + 200, 0), energies.count - 1)
  }
}

extension Levels {
  /// The levels of interleaved samples, all finite.
  init(of samples: [Float], rate: Int, channels: Int) {
    var meter = LevelMeter(rate: rate, channels: channels)
    samples.withUnsafeBufferPointer { meter.add($0) }
    self = meter.finish()
  }
}
