import Foundation
import Modality

/// The deviation of the white noise in a recording, from its quietest places in time and frequency.
///
/// Where noise is all there is, the squared magnitudes of a spectrum are exponentially distributed;
/// their lowest tenth tells the scale, whatever the signal does elsewhere. A signal that leaves less
/// than half of the places free raises the estimate by up to 3 dB.
///
/// Reference: the idea of Martin, "Noise Power Spectral Density Estimation Based on Optimal Smoothing
/// and Minimum Statistics" (2001), with places in frequency beside those in time.
///
/// - Parameters:
///   - samples: one channel.
///   - sampleRate: in Hz.
/// - Returns: in the unit of the samples; 0 for what holds digital silence in a tenth of its places, and
///   for less than 160 samples.
public func whiteNoiseDeviation(of samples: [Float], sampleRate: Int) -> Float {
  let window = 64
  let spectrum = Spectrogram(samples, sampleRate: sampleRate, windowLength: window, hop: window / 2)
  guard spectrum.frames > 5 else { return 0 }
  // Without the first and last frames, which reach beyond the recording, and the bins at either end.
  let powers = (1..<(spectrum.frames - 2)).flatMap { frame in
    (2..<(spectrum.bins - 2)).map { spectrum[frame, $0] * spectrum[frame, $0] }
  }.sorted()
  let tenth = powers[powers.count / 10] / Float(-log(0.9))
  // White noise of deviation 1 under a Hann window, in magnitudes of which a sine's amplitude is 1,
  // has the mean power (4/N)²·Σw² = 6/N.
  return (tenth * Float(window) / 6).squareRoot()
}

extension AudioModality {
  /// The factor that brings the signal in a noisy recording to the level that this modality's items
  /// have.
  ///
  /// - Parameters:
  ///   - samples: one channel.
  ///   - noise: the deviation of the noise in it.
  public func scale(ofSignalIn samples: [Float], noise: Float) -> Float {
    switch configuration.normalize {
    case .none: return 1
    case .dataset where configuration.typicalScale > 0: return Float(configuration.typicalScale)
    case .clip, .dataset: break
    }
    let levels = Levels(of: samples, rate: configuration.sampleRate, channels: 1)
    let signal = max(levels.loud * levels.loud - noise * noise, 0.01 * levels.loud * levels.loud)
    return signal > 0 ? Leveling.target / signal.squareRoot() : 1
  }
}
