import CSndfile
import Foundation
import Modality

/// The bytes of a pipe as libsndfile wants to read them: it looks back and forth in a header, and past
/// the samples for what may follow, before it reads them in a row.
///
/// So what is read is kept until the file is open, and moving only notes where to go: a place that
/// cannot be reached reads as the end.
final class SoundStream {
  private let descriptor: Int32
  /// The bytes of the stream from `start` on that can still be read.
  private var kept: [UInt8] = []
  private var start = 0
  private var position = 0
  private var isOpen = false
  /// Why the stream could not be read to its end.
  private(set) var failure: String?
  /// Whether the header is a WAV's, and was written before anyone knew the length.
  private(set) var tellsNoLength = false

  /// What stands for the length of a stream: more than there can be.
  private static let endless = 1 << 62

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// A libsndfile handle that reads the stream, which must outlive it; nil if it is no sound.
  func open(_ info: inout SF_INFO) -> OpaquePointer? {
    fillInLength()
    var functions = SF_VIRTUAL_IO(
      get_filelen: { _ in Int64(SoundStream.endless) },
      seek: { offset, whence, context in
        let stream = SoundStream.at(context)
        let origin =
          whence == SEEK_SET ? 0 : whence == SEEK_CUR ? stream.position : SoundStream.endless
        stream.position = max(0, origin &+ Int(offset))
        return Int64(stream.position)
      },
      read: { bytes, count, context in
        Int64(SoundStream.at(context).read(.init(start: bytes, count: Int(count))))
      },
      write: { _, _, _ in 0 },
      tell: { Int64(SoundStream.at($0).position) })
    let handle = sf_open_virtual(
      &functions, Int32(SFM_READ), &info, Unmanaged.passUnretained(self).toOpaque())
    isOpen = handle != nil
    return handle
  }

  /// Why ``open(_:)`` found no sound.
  var whyUnrecognised: String {
    if let failure { return "cannot be read: \(failure)" }
    guard !kept.isEmpty else { return "is empty (0 bytes)" }
    return Audio.whyUnrecognised(head: Array(kept.prefix(64)))
  }

  private static func at(_ context: UnsafeMutableRawPointer?) -> SoundStream {
    Unmanaged<SoundStream>.fromOpaque(context!).takeUnretainedValue()
  }

  /// A WAV that was written to a pipe has a length of 0 or of about 2³¹ or 2³² bytes; libsndfile then
  /// reads that many. So it gets to see an RF64, whose length has no such bound.
  private func fillInLength() {
    keep(12)
    guard kept.starts(with: Array("RIFF".utf8)), kept.dropFirst(8).starts(with: Array("WAVE".utf8))
    else { return }
    var at = 12
    // The chunks before the samples are short.
    while at < 1 << 24 {
      keep(at + 8)
      guard kept.count >= at + 8 else { return }
      let size = kept[(at + 4)..<(at + 8)].reversed().reduce(0) { $0 << 8 | Int($1) }
      guard !kept[at..<(at + 4)].elementsEqual("data".utf8) else {
        tellsNoLength = size == 0 || isUnknownLength(size)
        if tellsNoLength { becomeRF64(lengthAt: at + 4) }
        return
      }
      at += 8 + size + size % 2
    }
  }

  /// - Parameter place: of the length of the samples.
  private func becomeRF64(lengthAt place: Int) {
    func bytes(_ value: Int) -> [UInt8] {
      (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let elsewhere: [UInt8] = [255, 255, 255, 255]
    kept.replaceSubrange(place..<(place + 4), with: elsewhere)
    // The chunk of lengths: its size, those of the file and the samples, the frames, an empty table.
    let lengths =
      Array("ds64".utf8) + [28, 0, 0, 0] + bytes(SoundStream.endless)
      + bytes(SoundStream.endless / 2) + bytes(0) + [0, 0, 0, 0]
    kept.replaceSubrange(
      0..<12, with: Array("RF64".utf8) + elsewhere + Array("WAVE".utf8) + lengths)
  }

  /// Reads on until the first `count` bytes are there, or the stream ends.
  private func keep(_ count: Int) {
    let missing = count - kept.count
    guard missing > 0 else { return }
    var bytes = [UInt8](repeating: 0, count: missing)
    let got = bytes.withUnsafeMutableBytes(readOn)
    kept += bytes.prefix(got)
  }

  /// The bytes at the position.
  private func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard (start...(start + kept.count)).contains(position) else { return 0 }
    let known = kept[(position - start)...].prefix(buffer.count)
    buffer.copyBytes(from: known)
    position += known.count
    guard known.count < buffer.count else { return known.count }
    let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[known.count...])
    let got = readOn(rest)
    position += got
    if isOpen {
      (kept, start) = ([], position)
    } else {
      kept += rest.prefix(got)
    }
    return known.count + got
  }

  /// Fills `buffer` with the next bytes of the stream: fewer only at its end.
  private func readOn(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    var done = 0
    while done < buffer.count {
      let got = Foundation.read(descriptor, buffer.baseAddress! + done, buffer.count - done)
      if got < 0, errno == EINTR { continue }
      if got < 0 { failure = lastSystemError() }
      guard got > 0 else { break }
      done += got
    }
    return done
  }
}
