import Modality

extension AudioFile {
  /// Decodes a file once from end to end, in blocks, and notes what there is to know of it.
  init(measuring entry: FolderListing.Entry, in folder: String) {
    self.init(entry)
    let path = folder + "/" + entry.path
    do {
      let reader = try SoundFileReader(path: path)
      format = reader.format
      guard reader.frames != 0 else {
        fault = "holds no sound (0 frames)"
        return
      }
      var measurement = SampleMeasurement(format)
      let blockFrames = max(1, 65_536 / format.channels)
      withUnsafeTemporaryAllocation(of: Float.self, capacity: blockFrames * format.channels) {
        while true {
          let frames = reader.read(into: $0)
          guard frames > 0 else { break }
          measurement.add(.init(rebasing: $0[..<(frames * format.channels)]))
        }
      }
      frames = measurement.frames
      (clippedRuns, contentHash) = (measurement.clippedRuns, measurement.hash)
      if let first = measurement.firstBadFrame {
        fault =
          "holds \(counted(measurement.badSamples, "sample")) that "
          + "\(measurement.badSamples == 1 ? "is" : "are") not a finite number, the first at "
          + reader.seconds(first)
      } else if let truncation = reader.truncation(decoded: frames) {
        fault = truncation
      } else if frames == 0 {
        fault = "holds no sound (0 frames)"
      }
      levels = measurement.finish()
    } catch let error as StirError {
      // The reader's sentence starts with the path, which the index has.
      fault =
        error.message.hasPrefix(path + ": ")
        ? String(error.message.dropFirst(path.count + 2)) : error.message
    } catch {
      fault = "\(error)"
    }
  }
}

/// What is measured of a stream of interleaved samples.
private struct SampleMeasurement {
  private let channels: Int
  private var meter: LevelMeter
  /// For each channel, how many samples in a row have been at full scale.
  private var run: [Int]
  private(set) var frames = 0
  private(set) var clippedRuns = 0
  private(set) var badSamples = 0
  private(set) var firstBadFrame: Int?
  /// In the manner of FNV-1a, 32 bits at a time.
  private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325

  /// The largest value below 1 that 16 bits can store.
  private static let fullScale: Float = 32_767 / 32_768

  init(_ format: SoundFormat) {
    channels = format.channels
    meter = LevelMeter(rate: format.rate, channels: format.channels)
    run = Array(repeating: 0, count: format.channels)
    mix(UInt32(truncatingIfNeeded: format.rate))
    mix(UInt32(truncatingIfNeeded: format.channels))
  }

  mutating func add(_ block: UnsafeBufferPointer<Float>) {
    var isFinite = true
    var peak: Float = 0
    for value in block {
      mix(value.bitPattern)
      isFinite = isFinite && value.isFinite
      peak = max(peak, abs(value))
    }
    if isFinite {
      meter.add(block)
      if peak >= Self.fullScale || run.contains(where: { $0 > 0 }) { countClipping(block) }
    } else {
      badSamples += block.count { !$0.isFinite }
      let first = block.firstIndex { !$0.isFinite } ?? 0
      firstBadFrame = firstBadFrame ?? (frames + first / channels)
    }
    frames += block.count / channels
  }

  consuming func finish() -> Levels { meter.finish() }

  private mutating func countClipping(_ block: UnsafeBufferPointer<Float>) {
    for start in stride(from: 0, to: block.count, by: channels) {
      for channel in 0..<channels {
        run[channel] = abs(block[start + channel]) >= Self.fullScale ? run[channel] + 1 : 0
        if run[channel] == 3 { clippedRuns += 1 }
      }
    }
  }

  private mutating func mix(_ word: UInt32) {
    hash = (hash ^ UInt64(word)) &* 0x100_0000_01B3
    hash ^= hash >> 32
  }
}
