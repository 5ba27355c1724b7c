import CSndfile
import Foundation
import Modality

/// Writes a sound file or stream piece by piece, in any format that libsndfile can write.
///
/// Samples outside [-1, 1] saturate at full scale, except in floating point. The bytes depend on
/// the samples and the metadata alone: no date or program name is added.
public final class SoundFileWriter {
  /// What is read back once it is complete; nil for a stream.
  private let path: String?
  private let name: String
  private let format: SoundFormat
  private let sink: SoundSink?
  private let handle: OpaquePointer
  /// How many were written, of one sample in each channel.
  public private(set) var frames = 0
  /// How many samples were beyond full scale and saturated.
  public private(set) var saturated = 0
  private var isClosed = false

  /// Opens `path` to write a WAV or FLAC file, replacing what stands there.
  ///
  /// - Parameters:
  ///   - path: any name: the container decides what is written, not the extension.
  ///   - name: what messages call it, if not by its path.
  ///   - rate: in Hz.
  /// - Throws: `StirError.Code.unwritableOutput`, or `.configuration` for what the container
  ///   cannot hold.
  public convenience init(
    path: String, name: String? = nil, rate: Int, channels: Int,
    container: AudioConfiguration.Container, subtype: AudioConfiguration.Subtype
  ) throws {
    try self.init(
      path: path, name: name ?? path,
      format: SoundFormat(rate: rate, channels: channels, code: container.code | subtype.code))
  }

  /// Opens `path` to write `format`, replacing what stands there.
  ///
  /// - Parameters:
  ///   - name: what messages call it.
  ///   - metadata: what the file holds beside samples, as far as its container can.
  /// - Throws: `StirError.Code.unwritableOutput`, or `.configuration` for what the container
  ///   cannot hold.
  public init(
    path: String, name: String, format: SoundFormat, metadata: SoundMetadata? = nil
  ) throws {
    var info = try format.info(for: name)
    let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw StirError(.unwritableOutput, "cannot write \(name): \(lastSystemError())")
    }
    errno = 0
    // The descriptor is libsndfile's to close from here on, even if it fails.
    guard let handle = sf_open_fd(descriptor, Int32(SFM_WRITE), &info, Int32(SF_TRUE)) else {
      let reason = errno == 0 ? "libsndfile refuses to open it" : lastSystemError()
      throw StirError(.unwritableOutput, "cannot write \(name): \(reason)")
    }
    (self.path, self.name, self.format, sink) = (path, name, format, nil)
    self.handle = handle
    prepare(metadata)
  }

  /// Begins a WAV on a descriptor that may be a pipe; each piece is passed on as it is written.
  ///
  /// - Parameters:
  ///   - descriptor: stays open.
  ///   - format: in a WAV container.
  ///   - length: the frames that will be written. Without, or where they are more than 4 GiB, the
  ///     header has the length 2³²−1, which readers take for "until the end".
  /// - Throws: as ``init(path:name:format:metadata:)``.
  public init(
    stream descriptor: Int32, name: String, format: SoundFormat, length: Int?,
    metadata: SoundMetadata? = nil
  ) throws {
    var info = try format.info(for: name)
    let sink = SoundSink(descriptor)
    guard let handle = sink.open(&info) else {
      throw StirError(
        .unwritableOutput, "cannot write \(name): \(String(cString: sf_strerror(nil)))")
    }
    (path, self.name, self.format, self.sink) = (nil, name, format, sink)
    self.handle = handle
    prepare(metadata)
    sink.begin(handle, bytes: length.map { $0 * format.channels * format.bytesPerSample })
    guard sink.failure == nil else { throw failure(libraryReason()) }
  }

  deinit {
    if !isClosed { sf_close(handle) }
  }

  private func prepare(_ metadata: SoundMetadata?) {
    // A float WAV would otherwise hold the time at which it was written.
    sf_command(handle, Int32(SFC_SET_ADD_PEAK_CHUNK), nil, Int32(SF_FALSE))
    // A WAV of 4 GiB becomes an RF64, and an RF64 that has less becomes a WAV.
    sf_command(handle, Int32(SFC_RF64_AUTO_DOWNGRADE), nil, Int32(SF_TRUE))
    metadata?.write(to: handle)
  }

  /// Appends interleaved samples, a whole number of frames.
  /// - Throws: `StirError.Code.unwritableOutput` when the disk is full, `.invalidData` for samples
  ///   that are not numbers.
  public func write(_ samples: some Collection<Float>) throws {
    let channels = format.channels
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
    if sink == nil { sf_write_sync(handle) }
    let reason = libraryReason()
    let failed = sf_error(handle) != 0
    isClosed = true
    guard sf_close(handle) == 0, !failed, sink?.failure == nil else { throw failure(reason) }
    guard frames > 0, let path else { return }
    // Encoders write their last block on closing, and not all of them tell of a full disk then.
    do {
      let written = try SoundFileReader(path: path)
      // Some encodings store whole blocks, of which the last is filled up.
      guard let stored = written.frames, stored >= frames else {
        throw failure("it is incomplete; is the disk full?")
      }
      try written.seek(to: frames - 1)
      let last = withUnsafeTemporaryAllocation(of: Float.self, capacity: format.channels) {
        written.read(into: $0)
      }
      guard last == 1 else { throw failure("it is incomplete; is the disk full?") }
    } catch let error as StirError where error.code != .unwritableOutput {
      throw failure("it does not read back; is the disk full?")
    }
  }

  private func writeBlock(_ samples: [Float]) throws {
    let channels = format.channels
    if let bad = samples.firstIndex(where: { !$0.isFinite }) {
      throw StirError(
        .invalidData,
        "cannot write \(name): the sample in frame \(frames + bad / channels) is not a number")
    }
    let count = samples.count / channels
    guard frames + count <= format.frameLimit ?? .max || sink != nil else {
      throw failure(
        "\(format.container) holds at most 4 GiB; give a name that ends in .w64 or .flac")
    }
    let written: Int64
    if let bits = format.integerBits {
      saturated += samples.count { abs($0) > 1 }
      written = sf_writef_int(handle, samples.map { quantized($0, bits: bits) }, Int64(count))
    } else if format.isFloatingPoint {
      written = sf_writef_float(handle, samples, Int64(count))
    } else {
      saturated += samples.count { abs($0) > 1 }
      written = sf_writef_float(handle, samples.map { min(max($0, -1), 1) }, Int64(count))
    }
    guard written == count, sink?.failure == nil else { throw failure(libraryReason()) }
    frames += count
  }

  /// The nearest step of `bits` bits in the upper ones of 32, so that a file that is read and
  /// written again keeps every bit. libsndfile's own conversion would scale by one step too few.
  private func quantized(_ sample: Float, bits: Int) -> Int32 {
    let steps = Double(1 << (bits - 1))
    let step = (Double(sample) * steps).rounded()
    // libsndfile's tables of u-law and A-law take the lowest step of all for the highest.
    let lowest = format.isCompanded ? 1 - steps : -steps
    return Int32(min(max(step, lowest), steps - 1)) << (32 - bits)
  }

  /// What libsndfile says of the last failure; the system's words if it was the system's.
  private func libraryReason() -> String {
    if let failure = sink?.failure { return failure }
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
