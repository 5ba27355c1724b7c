import Modality

extension AudioModality {
  /// The waveform above the spectrogram, 900 × 480 pixels.
  ///
  /// Channels are mixed. The waveform's frame is ±1 of the normalised values; the spectrogram shows
  /// the 80 dB below its strongest point, from 0 Hz to half the sample rate.
  ///
  /// - Parameter item: [channels, time] of any time; values that are not numbers are drawn as 0.
  /// - Throws: `StirError.Code.invalidData` for another shape.
  public func preview(_ item: Item) throws -> Picture {
    var preview = AudioPreview(samples: try mixed(item), sampleRate: configuration.sampleRate)
    preview.drawWaveform()
    preview.drawSpectrogram()
    preview.drawTimes()
    return preview.picture
  }
  /// The mean of the channels; values that are not numbers are 0.
  /// - Throws: `StirError.Code.invalidData` unless the item is [channels, time].
  func mixed(_ item: Item) throws -> [Float] {
    let frames = try frameCount(of: item)
    var mixed = [Float](repeating: 0, count: frames)
    for channel in 0..<configuration.channels {
      for frame in 0..<frames {
        let value = item.values[channel * frames + frame]
        if value.isFinite { mixed[frame] += value / Float(configuration.channels) }
      }
    }
    return mixed
  }
}
