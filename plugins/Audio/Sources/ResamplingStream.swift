import CSamplerate
import Modality

/// Converts a recording from one rate to another piece by piece, with the filter that items of a data
/// set are converted with: libsamplerate's medium sinc, 121 dB of signal to noise, flat to 0.9 of the
/// lower rate's half.
///
/// Target frame n stands at the time of source frame n·source/target, and nothing is delayed. How the
/// recording is cut into pieces changes no sample.
public final class ResamplingStream {
  private let rates: Resampler
  private let channels: Int
  private let state: OpaquePointer
  /// The frames that were given back.
  private var given = 0

  /// - Parameters:
  ///   - source: in Hz.
  ///   - target: in Hz.
  /// - Throws: `StirError.Code.invalidData` if the rates are more than 256 times apart, or for more
  ///   channels than libsamplerate takes (128).
  public init(from source: Int, to target: Int, channels: Int) throws {
    rates = try Resampler(from: source, to: target)
    self.channels = channels
    var status: Int32 = 0
    guard let state = src_new(Int32(SRC_SINC_MEDIUM_QUALITY), Int32(channels), &status) else {
      throw rates.failure(status)
    }
    self.state = state
  }

  deinit { src_delete(state) }

  /// What the next interleaved samples, a whole number of frames, determine of the conversion.
  public func push(_ samples: [Float]) throws -> [Float] {
    let ratio = Double(rates.target) / Double(rates.source)
    var output: [Float] = []
    let room = Int(Double(samples.count / channels) * ratio) + 64
    var used = 0
    while true {
      var made = 0
      output += try [Float](unsafeUninitializedCapacity: room * channels) { block, count in
        try samples.withUnsafeBufferPointer { input in
          guard let base = input.baseAddress else { return }
          var data = SRC_DATA(
            data_in: base + used * channels, data_out: block.baseAddress,
            input_frames: input.count / channels - used, output_frames: room,
            input_frames_used: 0, output_frames_gen: 0, end_of_input: 0, src_ratio: ratio)
          let status = src_process(state, &data)
          guard status == 0 else { throw rates.failure(status) }
          used += data.input_frames_used
          made = data.output_frames_gen
        }
        count = made * channels
      }
      if made < room, used == samples.count / channels { break }
    }
    given += output.count / channels
    return output
  }

  /// The last frames of the conversion, so that there are `total` of all; the recording counts as 0
  /// after its end.
  ///
  /// - Parameter total: frames at the target rate, no more than last as long as the recording,
  ///   rounded up.
  public func finish(total: Int) throws -> [Float] {
    var rest: [Float] = []
    let silence = [Float](repeating: 0, count: 4096 * channels)
    while given < total { rest += try push(silence) }
    return Array(rest.prefix(max(0, rest.count - (given - total) * channels)))
  }
}
