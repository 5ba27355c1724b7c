import CSndfile
import Foundation
import Modality

/// Writes a WAV or FLAC file piece by piece.
///
/// Samples outside [-1, 1] saturate at full scale, except in `float` files. The bytes depend on
/// the samples alone: no date or program name is stored.
public final class SoundFileWriter {
  private let path: String
  private let name: String
  private let channels: Int
  private let subtype: AudioConfiguration.Subtype
  private let handle: OpaquePointer
  private var frames = 0
  private var isClosed = false

  /// Opens `path`, replacing what stands there.
  ///
  /// - Parameters:
  ///   - path: any name: the container decides what is written, not the extension.
  ///   - name: what messages call it, if not by its path.
  ///   - rate: in Hz.
  /// - Throws: `StirError.Code.unwritableOutput`, or `.configuration` for what the container
  ///   cannot hold.
  public init(
    path: String, name: String? = nil, rate: Int, channels: Int,
    container: AudioConfiguration.Container, subtype: AudioConfiguration.Subtype
  ) throws {
    let name = name ?? path
    let code = container.code | subtype.code
    guard canStore(code: code, rate: rate, channels: channels) else {
      throw StirError(
        .configuration,
        "\(name): \(container.rawValue) cannot hold \(counted(channels, "channel")) of "
          + "\(subtype.rawValue) at \(rate) Hz")
    }
    let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw StirError(.unwritableOutput, "cannot write \(name): \(lastSystemError())")
    }
    var info = SF_INFO(
      frames: 0, samplerate: Int32(rate), channels: Int32(channels), format: code, sections: 0,
      seekable: 0)
    errno = 0
    // The descriptor is libsndfile's to close from here on, even if it fails.
    guard let handle = sf_open_fd(descriptor, Int32(SFM_WRITE), &info, Int32(SF_TRUE)) else {
      let reason = errno == 0 ? "libsndfile refuses to open it" : lastSystemError()
      throw StirError(.unwritableOutput, "cannot write \(name): \(reason)")
    }
    // A float WAV would otherwise hold the time at which it was written.
    sf_command(handle, Int32(SFC_SET_ADD_PEAK_CHUNK), nil, Int32(SF_FALSE))
    (self.path, self.name, self.channels) = (path, name, channels)
    (self.subtype, self.handle) = (subtype, handle)
  }

  deinit {
    if !isClosed { sf_close(handle) }
  }

  /// Appends interleaved samples, a whole number of frames.
  /// - Throws: `StirError.Code.unwritableOutput` when the disk is full, `.invalidData` for samples
  ///   that are not numbers.
  public func write(_ samples: some Collection<Float>) throws {
    var rest = samples[...]
    // Some encoders of libsndfile keep a whole call's samples on the stack, so they get few.
    while !rest.isEmpty {
      try writeBlock(Array(rest.prefix(4096 * channels)))
      rest = rest.dropFirst(4096 * channels)
    }
  }

  /// Completes the file and makes sure that its last frame reads back.
  /// - Throws: `StirError.Code.unwritableOutput`.
  public func finish() throws {
    sf_write_sync(handle)
    let reason = libraryReason()
    let failed = sf_error(handle) != 0
    isClosed = true
    guard sf_close(handle) == 0, !failed else { throw failure(reason) }
    guard frames > 0 else { return }
    // Encoders write their last block on closing, and not all of them tell of a full disk then.
    do {
      let written = try SoundFileReader(path: path)
      guard written.frames == frames else { throw failure("it is incomplete; is the disk full?") }
      try written.seek(to: frames - 1)
      let last = withUnsafeTemporaryAllocation(of: Float.self, capacity: channels) {
        written.read(into: $0)
      }
      guard last == 1 else { throw failure("it is incomplete; is the disk full?") }
    } catch let error as StirError where error.code != .unwritableOutput {
      throw failure("it does not read back; is the disk full?")
    }
  }

  private func writeBlock(_ samples: [Float]) throws {
    guard let bad = samples.firstIndex(where: { !$0.isFinite }) else {
      let count = Int64(samples.count / channels)
      let written =
        subtype == .float
        ? sf_writef_float(handle, samples, count)
        : sf_writef_int(handle, samples.map(quantized), count)
      guard written == count else { throw failure(libraryReason()) }
      frames += Int(count)
      return
    }
    throw StirError(
      .invalidData,
      "cannot write \(name): the sample in frame \(frames + bad / channels) is not a number")
  }

  /// The nearest step of the subtype in the upper bits of 32, so that a file that is read and
  /// written again keeps every bit. libsndfile's own conversion would scale by one step too few.
  private func quantized(_ sample: Float) -> Int32 {
    let bits = subtype == .pcm16 ? 15 : 23
    let steps = Double(1 << bits)
    let step = (Double(sample) * steps).rounded()
    return Int32(min(max(step, -steps), steps - 1)) << (31 - bits)
  }

  /// What libsndfile says of the last failure; the system's words if it was the system's.
  private func libraryReason() -> String {
    let text = String(cString: sf_strerror(handle))
    let prefix = "System error : "
    return text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count).prefix { $0 != "." }) : text
  }

  private func failure(_ reason: String) -> StirError {
    StirError(.unwritableOutput, "cannot write \(name): \(reason)")
  }
}

extension AudioConfiguration.Container {
  fileprivate var code: Int32 {
    switch self {
    case .wav: Int32(SF_FORMAT_WAV)
    case .flac: Int32(SF_FORMAT_FLAC)
    }
  }
}

extension AudioConfiguration.Subtype {
  fileprivate var code: Int32 {
    switch self {
    case .pcm16: Int32(SF_FORMAT_PCM_16)
    case .pcm24: Int32(SF_FORMAT_PCM_24)
    case .float: Int32(SF_FORMAT_FLOAT)
    }
  }
}
