import Audio
import Core

/// Denoises a recording of any rate, length and number of channels piece by piece.
///
/// What comes out stands at the sample where it was recorded, and is as long as what went in. At another
/// rate than the denoiser's the recording is converted there and back, so that what is above half of
/// the lower rate is lost. How the recording is cut into pieces changes no sample. Memory does not grow
/// with the recording.
///
/// Where a channel is exactly 0 for 50 ms or more, so is what comes out; and nothing is denoised in
/// windows that hold only zeros.
public final class DenoisingStream {
  private let rate: Int
  private let channels: Int
  private let denoiserRate: Int
  private let mix: Float
  private let there: ResamplingStream?
  private let back: ResamplingStream?
  private var windows: OverlappingWindows
  private var recording: WaitingRecording
  /// Interleaved, at the recording's rate.
  private var denoised: [Float] = []

  /// - Parameters:
  ///   - rate: of the recording in Hz.
  ///   - channels: each of which is denoised.
  ///   - mix: the share of the recording that is kept, from 0 to 1.
  /// - Throws: `StirError.Code.invalidData` for a rate that cannot be converted to the denoiser's.
  public init(
    _ denoiser: any WindowDenoiser, rate: Int, channels: Int, mix: Double = 0
  ) throws {
    precondition((0...1).contains(mix), "a share from 0 to 1")
    (self.rate, self.channels, self.mix) = (rate, channels, Float(mix))
    denoiserRate = denoiser.sampleRate
    let isConverted = rate != denoiserRate
    there =
      isConverted ? try ResamplingStream(from: rate, to: denoiserRate, channels: channels) : nil
    back =
      isConverted ? try ResamplingStream(from: denoiserRate, to: rate, channels: channels) : nil
    windows = OverlappingWindows(denoiser, channels: channels)
    recording = WaitingRecording(rate: rate, channels: channels)
  }

  /// What the next interleaved samples, a whole number of frames, complete of the denoised recording.
  ///
  /// - Throws: `StirError.Code.invalidData` for a sample that is no finite number, with its place;
  ///   what the denoiser throws.
  public func push(_ samples: [Float]) throws -> [Float] {
    if let bad = samples.firstIndex(where: { !$0.isFinite }) {
      let frame = recording.frames + bad / channels
      throw StirError(
        .invalidData,
        "the sample at \(decimal(Double(frame) / Double(rate), 3)) s (frame \(frame)) is not a "
          + "finite number")
    }
    recording.push(samples)
    let converted = try there?.push(samples) ?? samples
    let clean = try windows.push(converted)
    denoised += try back?.push(clean) ?? clean
    return mixed()
  }

  /// The rest of the denoised recording; nothing is pushed after it.
  public func finish() throws -> [Float] {
    recording.finish()
    let (whole, rest) = recording.frames.quotientAndRemainder(dividingBy: rate)
    let length = whole * denoiserRate + (rest * denoiserRate + rate - 1) / rate
    var clean: [Float] = []
    if let there { clean += try windows.push(there.finish(total: length)) }
    clean += try windows.finish()
    denoised += try back?.push(clean) ?? clean
    if let back { denoised += try back.finish(total: recording.frames) }
    return mixed()
  }

  /// What is there of both the denoised and the original recording.
  private func mixed() -> [Float] {
    let frames = min(denoised.count / channels, recording.settled)
    let original = recording.take(frames)
    let output = original.samples.indices.map { i in
      (1 - mix) * original.gains[i] * denoised[i] + mix * original.samples[i]
    }
    denoised.removeFirst(frames * channels)
    return output
  }
}
