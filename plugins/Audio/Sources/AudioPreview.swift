import Foundation
import Modality

/// The picture of a sound while it is drawn.
struct AudioPreview {
  private(set) var picture = Picture(width: 900, height: 480)
  private let samples: [Float]
  private let sampleRate: Int

  private let left = 52
  private let width = 832
  private let waveform = (top: 12, height: 121)
  private let spectrum = (top: 148, height: 288)

  private static let ink = Picture.Color(40, 40, 40)
  private static let frame = Picture.Color(150, 150, 150)
  private static let grid = Picture.Color(228, 228, 228)
  private static let wave = Picture.Color(114, 31, 129)

  init(samples: [Float], sampleRate: Int) {
    (self.samples, self.sampleRate) = (samples, sampleRate)
  }

  /// For each column the range from the lowest to the highest sample in it.
  mutating func drawWaveform() {
    let (top, height) = waveform
    let row = { (value: Float) in
      top + Int((Double(1 - min(max(value, -1), 1)) / 2 * Double(height - 1)).rounded())
    }
    for (value, label) in [(Float(1), "1"), (0, "0"), (-1, "-1")] {
      picture.drawLine(from: (left, row(value)), to: (left + width, row(value)), color: Self.grid)
      drawLabel(label, beside: row(value))
    }
    for column in 0..<width {
      let first = column * samples.count / width
      // One sample more than the column's own, so that neighbouring columns join.
      let last = min((column + 1) * samples.count / width + 1, samples.count)
      guard first < last, let low = samples[first..<last].min(),
        let high = samples[first..<last].max()
      else { continue }
      picture.drawLine(
        from: (left + column, row(high)), to: (left + column, row(low)), color: Self.wave)
    }
    drawFrame(top: top, height: height)
  }

  /// Frequency upwards, decibels as colour.
  mutating func drawSpectrogram() {
    let (top, height) = spectrum
    // About 32 ms, in which speech and drums show both pitch and onset.
    var window = 64
    while window * 3 / 2 < sampleRate * 32 / 1000, window < 8192 { window *= 2 }
    let hop = max(1, samples.count / width)
    let transform = Spectrogram(samples, sampleRate: sampleRate, windowLength: window, hop: hop)
    let strongest = transform.magnitudes.max() ?? 0
    for y in 0..<height {
      // The strongest of the bins that share a row; a bin may have several rows.
      let low = (height - 1 - y) * transform.bins / height
      let high = max(low + 1, (height - y) * transform.bins / height)
      for x in 0..<width {
        let frame = min(x * samples.count / width / hop, transform.frames - 1)
        let magnitude = (low..<high).reduce(Float(0)) { max($0, transform[frame, $1]) }
        // The floor keeps the picture of silence dark.
        let decibels = 20 * log10(Double(max(magnitude, 1e-9) / max(strongest, 1e-4)))
        picture[left + x, top + y] = .magma(1 + decibels / 80)
      }
    }
    let step = niceStep(Double(sampleRate) / 2000 / 6)
    for tick in 0...Int(Double(sampleRate) / 2000 / step) {
      let share = Double(tick) * step * 2000 / Double(sampleRate)
      drawLabel(
        label(Double(tick) * step, step: step),
        beside: top + Int((Double(height - 1) * (1 - share)).rounded()))
    }
    picture.drawVerticalText("kHz", x: 8, y: top + height / 2 - 10, color: Self.ink)
    drawFrame(top: top, height: height)
  }

  /// Seconds below both.
  mutating func drawTimes() {
    let seconds = Double(samples.count) / Double(sampleRate)
    let bottom = spectrum.top + spectrum.height
    guard seconds > 0 else { return }
    let step = niceStep(seconds / 8)
    for tick in 0...Int(seconds / step) {
      let x = left + Int((Double(tick) * step / seconds * Double(width)).rounded())
      picture.drawLine(from: (x, bottom), to: (x, bottom + 4), color: Self.frame)
      let text = label(Double(tick) * step, step: step)
      picture.drawText(
        text, x: min(x, left + width - 6) - Picture.textWidth(text) / 2, y: bottom + 9,
        color: Self.ink)
    }
    picture.drawText(
      "seconds", x: left + width / 2 - 20, y: picture.height - 14, color: Self.ink)
  }

  private mutating func drawFrame(top: Int, height: Int) {
    let (right, bottom) = (left + width, top + height)
    picture.drawLine(from: (left - 1, top), to: (left - 1, bottom), color: Self.frame)
    picture.drawLine(from: (left - 1, bottom), to: (right, bottom), color: Self.frame)
  }

  private mutating func drawLabel(_ text: String, beside row: Int) {
    picture.drawLine(from: (left - 5, row), to: (left - 2, row), color: Self.frame)
    picture.drawText(text, x: left - 9 - Picture.textWidth(text), y: row - 3, color: Self.ink)
  }
}

/// 1, 2 or 5 times a power of ten, at least `least`.
private func niceStep(_ least: Double) -> Double {
  let power = pow(10, floor(log10(least)))
  return [1, 2, 5, 10].map { $0 * power }.first { $0 >= least } ?? 10 * power
}

/// With as many digits after the point as `step` needs.
private func label(_ value: Double, step: Double) -> String {
  let digits = max(0, -Int(floor(log10(step))))
  return String(format: "%.\(digits)f", value)
}
