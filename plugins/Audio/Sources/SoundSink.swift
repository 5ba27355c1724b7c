import CSndfile
import Foundation
import Modality

/// Takes what libsndfile writes to a descriptor on which nothing can be written twice.
///
/// The header is held back until it is complete, with the length that is to come; what libsndfile
/// would change of it afterwards is left out.
final class SoundSink {
  private let descriptor: Int32
  /// The header, until it is sent.
  private var header: [UInt8]? = []
  /// How many bytes there would be in a file.
  private var length = 0
  private var position = 0
  /// Why not all could be written.
  private(set) var failure: String?

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// A libsndfile handle that writes here, and that this must outlive; nil for formats that it cannot
  /// write.
  func open(_ info: inout SF_INFO) -> OpaquePointer? {
    var functions = SF_VIRTUAL_IO(
      get_filelen: { Int64(SoundSink.at($0).length) },
      seek: { offset, whence, context in
        let sink = SoundSink.at(context)
        let origin = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? sink.position : sink.length
        sink.position = max(0, origin + Int(offset))
        return Int64(sink.position)
      },
      read: { _, _, _ in 0 },
      write: { bytes, count, context in
        SoundSink.at(context).write(.init(start: bytes, count: Int(count)))
        return count
      },
      tell: { Int64(SoundSink.at($0).position) })
    return sf_open_virtual(
      &functions, Int32(SFM_WRITE), &info, Unmanaged.passUnretained(self).toOpaque())
  }

  /// Sends the header of a WAV with the lengths that are to come.
  ///
  /// - Parameter bytes: the samples'; nil if that is not known.
  func begin(_ handle: OpaquePointer, bytes: Int?) {
    sf_command(handle, Int32(SFC_UPDATE_HEADER_NOW), nil, 0)
    // The header ends with the length of the samples, and begins with that of what follows it.
    setLength(at: length - 4, bytes)
    setLength(at: 4, bytes.map { length - 8 + $0 + $0 % 2 })
    header?.withUnsafeBytes(send)
    header = nil
  }

  /// Sets a length of the header: 2³²−1 for one that is not known or does not fit.
  private func setLength(at place: Int, _ length: Int?) {
    let field = length.flatMap(UInt32.init(exactly:)) ?? .max
    withUnsafeBytes(of: field.littleEndian) {
      header?.replaceSubrange(place..<(place + 4), with: $0)
    }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) {
    if header != nil {
      let end = position + bytes.count
      header! += repeatElement(0, count: max(0, end - length))
      header!.replaceSubrange(position..<end, with: bytes)
      length = max(length, end)
    } else if position == length {
      send(bytes)
      length += bytes.count
    }
    position += bytes.count
  }

  private func send(_ bytes: UnsafeRawBufferPointer) {
    var done = 0
    while done < bytes.count, failure == nil {
      let sent = Foundation.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if sent < 0, errno == EINTR { continue }
      if sent < 0 { failure = lastSystemError() }
      done += max(0, sent)
    }
  }

  private static func at(_ context: UnsafeMutableRawPointer?) -> SoundSink {
    Unmanaged<SoundSink>.fromOpaque(context!).takeUnretainedValue()
  }
}
