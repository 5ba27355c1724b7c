import CSndfile
import Foundation
import Modality

/// A sound file or stream that is read piece by piece: WAV, FLAC, AIFF, Ogg Vorbis and Opus, MP3 and
/// whatever else libsndfile knows.
///
/// One reader belongs to one thread at a time; any number of readers may work beside each other.
public final class SoundFileReader {
  public let path: String
  public let format: SoundFormat
  /// The frames (one sample of each channel) that the header tells of; nil if it does not. Only
  /// reading to the end shows whether they are all there.
  public let frames: Int?
  /// The bytes in the file.
  let size: Int
  /// Where the bytes come from, if from no file.
  let stream: SoundStream?
  private let descriptor: Int32
  let handle: OpaquePointer

  /// - Throws: `StirError.Code.missingInput` if the file cannot be opened, `.invalidData` if it is
  ///   no sound.
  public init(path: String) throws {
    // Not blocking, so that a named pipe is refused below and does not wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw StirError(.missingInput, "\(path): cannot be opened: \(lastSystemError())")
    }
    do {
      let size = try soundFileSize(descriptor)
      var info = SF_INFO()
      // libsndfile closes what it fails to open, whatever it is told, so it gets one of its own.
      guard let handle = sf_open_fd(dup(descriptor), Int32(SFM_READ), &info, Int32(SF_TRUE)) else {
        throw StirError(
          .invalidData,
          whyUnrecognised(
            head: storedBytes(of: descriptor, at: 0, count: 64)))
      }
      self.path = path
      self.descriptor = descriptor
      self.handle = handle
      self.size = size
      stream = nil
      format = SoundFormat(
        rate: Int(info.samplerate), channels: Int(info.channels), code: info.format)
      // libsndfile stands the largest number for a length that a stream's end would have told.
      frames = info.frames == Int64.max ? nil : Int(info.frames)
    } catch let error as StirError {
      close(descriptor)
      throw error.located(path)
    }
  }

  /// Reads a stream of any of these kinds but MP3, such as a pipe, from its first byte to its last.
  /// It cannot be made to ``seek(to:)``.
  ///
  /// A WAV whose header tells of no length, because it was written to a pipe, ends with the stream.
  ///
  /// - Parameters:
  ///   - descriptor: stays open.
  ///   - name: what messages call it.
  /// - Throws: `StirError.Code.invalidData` if it is no sound or cannot be read.
  public init(stream descriptor: Int32, name: String) throws {
    let stream = SoundStream(descriptor)
    var info = SF_INFO()
    guard let handle = stream.open(&info) else {
      throw StirError(.invalidData, "\(name): \(stream.whyUnrecognised)")
    }
    path = name
    self.descriptor = -1
    self.handle = handle
    self.stream = stream
    size = .max
    format = SoundFormat(
      rate: Int(info.samplerate), channels: Int(info.channels), code: info.format)
    // A header without a length is read as one of 2^40 or more, or as what the stream says it is.
    frames = info.frames >= 1 << 40 || stream.tellsNoLength ? nil : Int(info.frames)
  }

  deinit {
    sf_close(handle)
    close(descriptor)
  }

  /// Fills `buffer` with the next interleaved samples; whole numbers are scaled to [-1, 1).
  ///
  /// - Parameter buffer: room for a whole number of frames.
  /// - Returns: the frames that were read, fewer than fit only at the end of what can be decoded.
  public func read(into buffer: UnsafeMutableBufferPointer<Float>) -> Int {
    guard let base = buffer.baseAddress else { return 0 }
    return Int(sf_readf_float(handle, base, Int64(buffer.count / format.channels)))
  }

  /// Makes `frame` the next one to be read.
  /// - Throws: `StirError.Code.invalidData` if the file cannot be read from there.
  public func seek(to frame: Int) throws {
    guard sf_seek(handle, Int64(frame), Int32(SEEK_SET)) == Int64(frame) else {
      throw StirError(
        .invalidData,
        "\(path): cannot be read from \(seconds(frame)) on; it may have changed since it was "
          + "measured")
    }
  }

  /// `frame` as a time, for messages.
  func seconds(_ frame: Int) -> String { decimal(Double(frame) / Double(format.rate)) + " s" }

  /// What libsndfile noted while it read the header.
  var log: String {
    var text = [CChar](repeating: 0, count: 16_384)
    sf_command(handle, Int32(SFC_GET_LOG_INFO), &text, Int32(text.count))
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Up to `count` bytes of the file as they are stored, from `offset` on.
  func bytes(at offset: Int, count: Int) -> [UInt8] {
    storedBytes(of: descriptor, at: offset, count: count)
  }
}
