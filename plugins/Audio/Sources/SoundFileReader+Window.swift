import Modality

extension SoundFileReader {
  /// The frames that the recording has at another rate.
  ///
  /// - Parameters:
  ///   - frames: how many it has at its own.
  ///   - rate: in Hz.
  /// - Throws: `StirError.Code.invalidData` if the rates are more than 256 times apart.
  public static func frames(_ frames: Int, of format: SoundFormat, at rate: Int) throws -> Int {
    try Resampler(from: format.rate, to: rate).length(of: frames)
  }

  /// A stretch of the recording as it would be if all of it were converted, in memory that grows
  /// with the stretch and not with the recording.
  ///
  /// - Parameters:
  ///   - start: the first frame, counted at `rate`.
  ///   - count: frames at `rate`; those after the recording's end are 0.
  ///   - rate: in Hz.
  ///   - channels: 1 mixes all channels; otherwise channel c is the recording's c modulo its count.
  /// - Returns: `count` × `channels` interleaved samples.
  /// - Throws: `StirError.Code.invalidData`.
  public func window(
    from start: Int, count: Int, rate: Int, channels: Int
  ) throws -> [Float] {
    do {
      let resampler = try Resampler(from: format.rate, to: rate)
      let (range, early) = resampler.sourceFrames(for: start, count: count)
      let mixed = try mixedFrames(range, channels: channels)
      return try resampler.convert(mixed, channels: channels, early: early, count: count)
    } catch let error as StirError {
      throw error.message.hasPrefix(path) ? error : error.located(path)
    }
  }

  /// The frames of `range` at the file's own rate; those after its end are 0.
  private func mixedFrames(_ range: Range<Int>, channels: Int) throws -> [Float] {
    try seek(to: range.lowerBound)
    let blockFrames = max(1, 32_768 / format.channels)
    var block = [Float](repeating: 0, count: min(blockFrames, range.count) * format.channels)
    var mixed: [Float] = []
    mixed.reserveCapacity(range.count * channels)
    var missing = range.count
    while missing > 0 {
      let frames = block.withUnsafeMutableBufferPointer { block in
        read(into: .init(rebasing: block[..<min(block.count, missing * format.channels)]))
      }
      guard frames > 0 else { break }
      block.withUnsafeBufferPointer {
        append($0[..<(frames * format.channels)], as: channels, to: &mixed)
      }
      missing -= frames
    }
    return mixed + repeatElement(0, count: missing * channels)
  }

  private func append(
    _ block: Slice<UnsafeBufferPointer<Float>>, as channels: Int, to mixed: inout [Float]
  ) {
    let present = format.channels
    if channels == present {
      mixed.append(contentsOf: block)
    } else if channels == 1 {
      let weight = 1 / Float(present)
      for frame in stride(from: 0, to: block.count, by: present) {
        mixed.append(block[frame..<(frame + present)].reduce(0, +) * weight)
      }
    } else {
      for frame in stride(from: 0, to: block.count, by: present) {
        for channel in 0..<channels { mixed.append(block[frame + channel % present]) }
      }
    }
  }
}
