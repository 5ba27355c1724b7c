import Core
import Foundation

/// Cuts a recording into overlapping windows, has them denoised, and joins them by cross-fades.
///
/// Window k begins `overlap` samples before sample k·(`window` − `overlap`), so that the recording's
/// first and last samples too stand where no window fades. What a window holds of the time before and
/// after the recording is the recording mirrored at its ends. Weights are raised cosines that sum to 1.
struct OverlappingWindows {
  private let denoiser: any WindowDenoiser
  private let channels: Int
  private let hop: Int
  /// The weight of a window over that of the one before, at each sample that they share.
  private let fade: [Float]
  /// Of each channel, the samples from `start` on that a window may still need.
  private var kept: [[Float]]
  private var start = 0
  private var end: Int { start + kept[0].count }
  /// Of each channel, the last samples of the previous window.
  private var last: [[Float]] = []
  private var number = 0

  init(_ denoiser: any WindowDenoiser, channels: Int) {
    precondition(channels > 0, "a channel or more")
    precondition(
      denoiser.overlap >= 0 && denoiser.window > 0 && denoiser.overlap * 2 <= denoiser.window,
      "an overlap of at most half a window")
    self.denoiser = denoiser
    self.channels = channels
    hop = denoiser.window - denoiser.overlap
    fade = (0..<denoiser.overlap).map { i in
      Float(0.5 - 0.5 * cos(.pi * (Double(i) + 0.5) / Double(denoiser.overlap)))
    }
    kept = Array(repeating: [], count: channels)
  }

  /// What the next interleaved samples complete of the denoised recording.
  mutating func push(_ samples: [Float]) throws -> [Float] {
    for channel in 0..<channels {
      kept[channel].reserveCapacity(kept[channel].count + samples.count / channels)
      for at in stride(from: channel, to: samples.count, by: channels) {
        kept[channel].append(samples[at])
      }
    }
    var output: [Float] = []
    while end >= number * hop + hop { output += try next(length: nil) }
    return output
  }

  /// The rest of the denoised recording.
  mutating func finish() throws -> [Float] {
    var output: [Float] = []
    let length = end
    while number * hop - denoiser.overlap < length, length > 0 {
      output += try next(length: length)
    }
    return output
  }

  /// Denoises one more window; gives back the samples that no later one changes.
  ///
  /// - Parameter length: the recording's, once that is known.
  private mutating func next(length: Int?) throws -> [Float] {
    let first = number * hop - denoiser.overlap
    let window = kept.map { samples in
      (first..<(first + denoiser.window)).map { samples[mirrored($0, length: length) - start] }
    }
    // Silence stays silence, whatever a model makes of it.
    let isSilent = window.allSatisfy { $0.allSatisfy { $0 == 0 } }
    var denoised = isSilent ? window : try denoiser(window, number: number)
    precondition(
      denoised.count == channels && denoised.allSatisfy { $0.count == denoiser.window },
      "a denoiser gives back what it got")
    for channel in last.indices {
      for (i, weight) in fade.enumerated() {
        let before = last[channel][i]
        denoised[channel][i] = before + weight * (denoised[channel][i] - before)
      }
    }
    last = denoised.map { Array($0.suffix(denoiser.overlap)) }
    number += 1
    forget()
    let settled = max(0, -first)..<min(hop, (length ?? first + hop) - first)
    var output: [Float] = []
    output.reserveCapacity(settled.count * channels)
    for i in settled { for channel in 0..<channels { output.append(denoised[channel][i]) } }
    return output
  }

  /// The sample of the recording that stands for the one at `index`.
  private func mirrored(_ index: Int, length: Int?) -> Int {
    guard let length else { return index < 0 ? -1 - index : index }
    return mirroredIndex(index, count: length)
  }

  /// Drops what neither the next window nor the mirror at the recording's end can need.
  private mutating func forget() {
    let needed = max(0, number * hop - denoiser.overlap - denoiser.window)
    guard needed - start >= hop else { return }
    for channel in 0..<channels { kept[channel].removeFirst(needed - start) }
    start = needed
  }
}
