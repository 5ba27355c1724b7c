import CKissFFT
import Foundation

/// Magnitudes of a short-time Fourier transform: how strong each frequency is at each moment.
///
/// Frame t is centred on sample t × `hop` under a Hann window; samples before the start and after
/// the end count as 0. Magnitudes are scaled such that a sine of amplitude 1 at the centre of a bin
/// reads 1.
public struct Spectrogram: Hashable, Sendable {
  /// Samples under the window; even.
  public let windowLength: Int
  /// Samples from one frame to the next.
  public let hop: Int
  /// In Hz.
  public let sampleRate: Int
  /// [frames, bins], row-major.
  public let magnitudes: [Float]

  /// `samples.count / hop + 1`.
  public var frames: Int { magnitudes.count / bins }
  /// `windowLength / 2 + 1`, from 0 Hz to half the sample rate.
  public var bins: Int { windowLength / 2 + 1 }

  /// - Parameters:
  ///   - samples: one channel; what is not finite counts as 0.
  ///   - sampleRate: in Hz.
  ///   - windowLength: in samples, even, 2 or more; products of small primes are fast.
  ///   - hop: in samples, 1 or more.
  public init(_ samples: [Float], sampleRate: Int, windowLength: Int, hop: Int) {
    precondition(windowLength >= 2 && windowLength.isMultiple(of: 2), "a window of even length")
    precondition(hop > 0 && sampleRate > 0, "a hop and a rate of 1 or more")
    (self.sampleRate, self.windowLength, self.hop) = (sampleRate, windowLength, hop)

    // The periodic Hann window, whose sum is half its length.
    let window = (0..<windowLength).map { i in
      Float(0.5 - 0.5 * cos(2 * Double.pi * Double(i) / Double(windowLength)))
    }
    let scale = 4 / Float(windowLength)
    let bins = windowLength / 2 + 1
    let frames = samples.count / hop + 1
    var magnitudes: [Float] = []
    magnitudes.reserveCapacity(frames * bins)
    let plan = kiss_fftr_alloc(Int32(windowLength), 0, nil, nil)
    defer { free(UnsafeMutableRawPointer(plan)) }
    var segment = [Float](repeating: 0, count: windowLength)
    var spectrum = [kiss_fft_cpx](repeating: kiss_fft_cpx(), count: bins)
    for frame in 0..<frames {
      let start = frame * hop - windowLength / 2
      for i in 0..<windowLength {
        let value = samples.indices.contains(start + i) ? samples[start + i] : 0
        segment[i] = value.isFinite ? value * window[i] : 0
      }
      kiss_fftr(plan, segment, &spectrum)
      for (bin, value) in spectrum.enumerated() {
        // A sine shares its amplitude between ±f, except at the two ends of the axis.
        let share: Float = bin == 0 || bin == bins - 1 ? 0.5 : 1
        magnitudes.append(share * scale * (value.r * value.r + value.i * value.i).squareRoot())
      }
    }
    self.magnitudes = magnitudes
  }

  /// The magnitude at (frame, bin).
  public subscript(frame: Int, bin: Int) -> Float { magnitudes[frame * bins + bin] }

  /// The centre of a bin in Hz.
  public func frequency(ofBin bin: Int) -> Double {
    Double(bin) * Double(sampleRate) / Double(windowLength)
  }

  /// The centre of a frame in seconds.
  public func time(ofFrame frame: Int) -> Double {
    Double(frame) * Double(hop) / Double(sampleRate)
  }
}
