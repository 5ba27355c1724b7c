import Foundation

/// The recording while its denoised counterpart is being made, and where in it there is silence.
///
/// A channel is silent where it is exactly 0 for 50 ms or more; the noise of dither is no silence.
/// There the gain of what is denoised is 0, with fades of 5 ms inside the silence so that no edge is
/// heard.
struct WaitingRecording {
  private let channels: Int
  private let shortestSilence: Int
  /// The gain in a fade from sound to silence.
  private let fade: [Float]
  /// Interleaved; of each sample that waits.
  private var samples: [Float] = []
  private var gains: [Float] = []
  /// Of each channel, the zeros up to now.
  private var zeros: [Int]
  /// The frames that were taken, and all that came.
  private var taken = 0
  private(set) var frames = 0
  private var isFinished = false

  /// - Parameter rate: in Hz.
  init(rate: Int, channels: Int) {
    self.channels = channels
    shortestSilence = max(2, rate / 20)
    let length = rate / 200
    fade = (0..<length).map { i in
      Float(0.5 + 0.5 * cos(.pi * (Double(i) + 0.5) / Double(length)))
    }
    zeros = Array(repeating: 0, count: channels)
  }

  /// The frames whose gains no later sample changes.
  var settled: Int { max(0, frames - (isFinished ? 0 : shortestSilence) - taken) }

  mutating func push(_ block: [Float]) {
    samples += block
    gains += repeatElement(1, count: block.count)
    for at in block.indices {
      let channel = at % channels
      if block[at] == 0 {
        zeros[channel] += 1
        guard zeros[channel] >= shortestSilence else { continue }
        let now = frames + at / channels
        if zeros[channel] == shortestSilence {
          fall(channel, from: now + 1 - shortestSilence, through: now)
        } else {
          setGain(channel, now, gain(after: zeros[channel] - 1, from: now + 1 - zeros[channel]))
        }
      } else if zeros[channel] > 0 {
        if zeros[channel] >= shortestSilence { rise(channel, to: frames + at / channels) }
        zeros[channel] = 0
      }
    }
    frames += block.count / channels
  }

  /// No more is to come.
  mutating func finish() { isFinished = true }

  /// The next `count` frames, interleaved, and the gain of each sample.
  mutating func take(_ count: Int) -> (samples: [Float], gains: [Float]) {
    let next = (
      samples: Array(samples.prefix(count * channels)), gains: Array(gains.prefix(count * channels))
    )
    samples.removeFirst(count * channels)
    gains.removeFirst(count * channels)
    taken += count
    return next
  }

  private mutating func fall(_ channel: Int, from first: Int, through last: Int) {
    for frame in first...last { setGain(channel, frame, gain(after: frame - first, from: first)) }
  }

  /// The gain `frames` after a silence began; at the recording's start there is nothing to fade.
  private func gain(after frames: Int, from first: Int) -> Float {
    first > 0 && frames < fade.count ? fade[frames] : 0
  }

  private mutating func rise(_ channel: Int, to sound: Int) {
    for (i, gain) in fade.enumerated() { setGain(channel, sound - 1 - i, gain) }
  }

  private mutating func setGain(_ channel: Int, _ frame: Int, _ gain: Float) {
    gains[(frame - taken) * channels + channel] = gain
  }
}
