import CSamplerate
import Modality

/// Converts interleaved samples from one rate to another, through libsamplerate's medium sinc
/// filter: 121 dB of signal to noise, flat to 0.9 of the lower rate's half.
///
/// Target sample n stands at the time of source sample n·source/target, and nothing is delayed.
struct Resampler: Hashable, Sendable {
  /// In Hz.
  let source: Int
  /// In Hz.
  let target: Int

  /// - Throws: `StirError.Code.invalidData` if the rates are more than 256 times apart.
  init(from source: Int, to target: Int) throws {
    guard source > 0, src_is_valid_ratio(Double(target) / Double(source)) != 0 else {
      throw StirError(
        .invalidData,
        "has a rate of \(source) Hz, which cannot be converted to \(target) Hz: more than 256 "
          + "times apart")
    }
    self.source = source
    self.target = target
  }

  /// The target frames that last as long as `frames` source frames, to the nearest.
  func length(of frames: Int) -> Int {
    let (whole, rest) = frames.quotientAndRemainder(dividingBy: source)
    return whole * target + (rest * target + source / 2) / source
  }

  /// The source frames that determine `count` target frames from `start` on, and how many target
  /// frames too early they begin.
  ///
  /// They begin where a source and a target sample coincide, so that a stretch is converted as it
  /// would be inside the whole. The list may reach past the end of the recording.
  func sourceFrames(for start: Int, count: Int) -> (range: Range<Int>, early: Int) {
    guard source != target else { return (start..<(start + count), 0) }
    let divisor = greatestCommonDivisor(source, target)
    let (sourcePeriod, targetPeriod) = (source / divisor, target / divisor)
    // Medium's filter reaches 46 samples of the lower rate to each side.
    let margin = 64 * max(1, (source + target - 1) / target)
    let startInSource = start / targetPeriod * sourcePeriod
    let first = max(0, startInSource - margin) / sourcePeriod
    let (whole, rest) = (start + count).quotientAndRemainder(dividingBy: targetPeriod)
    let last = whole * sourcePeriod + (rest * sourcePeriod) / targetPeriod + 1 + margin
    return ((first * sourcePeriod)..<last, start - first * targetPeriod)
  }

  /// The `count` frames that follow the first `early` ones of the conversion.
  ///
  /// - Parameter samples: interleaved, the frames that ``sourceFrames(for:count:)`` lists.
  func convert(_ samples: [Float], channels: Int, early: Int, count: Int) throws -> [Float] {
    guard source != target else { return samples }
    var output = [Float](repeating: 0, count: (early + count) * channels)
    let status = samples.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        var data = SRC_DATA(
          data_in: input.baseAddress, data_out: output.baseAddress,
          input_frames: input.count / channels, output_frames: output.count / channels,
          input_frames_used: 0, output_frames_gen: 0, end_of_input: 1,
          src_ratio: Double(target) / Double(source))
        return src_simple(&data, Int32(SRC_SINC_MEDIUM_QUALITY), Int32(channels))
      }
    }
    guard status == 0 else { throw failure(status) }
    output.removeFirst(early * channels)
    return output
  }

  /// libsamplerate's reason for `status`.
  func failure(_ status: Int32) -> StirError {
    let reason = src_strerror(status).map { String(cString: $0) } ?? "unknown error"
    return StirError(
      .invalidData, "cannot be converted from \(source) to \(target) Hz: \(reason)")
  }
}

func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  b == 0 ? a : greatestCommonDivisor(b, a % b)
}
