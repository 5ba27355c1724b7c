import Foundation
import Modality

// libsndfile keeps the reason of a failed open in one place for the whole process, where another
// thread's open overwrites it. So the reasons are found here.

/// The bytes in an opened file.
/// - Throws: `StirError.Code.invalidData` for what is no file, or an empty one.
func soundFileSize(_ descriptor: Int32) throws -> Int {
  var status = stat()
  guard fstat(descriptor, &status) == 0 else {
    throw StirError(.missingInput, lastSystemError())
  }
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw StirError(.invalidData, "is no file but a folder, pipe or device")
  }
  guard status.st_size > 0 else { throw StirError(.invalidData, "is empty (0 bytes)") }
  return Int(status.st_size)
}

/// Why libsndfile took what begins with `head` for no sound.
func whyUnrecognised(head: [UInt8]) -> String {
  let begins = { (text: String) in head.starts(with: Array(text.utf8)) }
  if begins("RIFF") || begins("FORM") || begins("fLaC") || begins("OggS") || begins("caff") {
    return "is damaged, cut short, or of an encoding that libsndfile does not read; "
      + "convert it to WAV or FLAC"
  }
  if head.dropFirst(4).starts(with: Array("ftyp".utf8)) {
    return "is an MP4 or M4A file, which libsndfile does not read; convert it to WAV or FLAC"
  }
  if head.allSatisfy({ (32..<127).contains($0) || (9...13).contains($0) }) {
    let start = String(decoding: head.prefix(24), as: UTF8.self)
    return "is text and no sound; it begins with \(start.debugDescription)"
  }
  return
    "is no sound that libsndfile knows; expected \(AudioModality.codecs.joined(separator: ", "))"
}

/// Programs that write to a pipe cannot go back to fill in a length, and leave one of about 2³¹ or
/// 2³² bytes.
func isUnknownLength(_ bytes: Int) -> Bool {
  [1 << 31, 1 << 32].contains { ($0 - 65_536...$0).contains(bytes) }
}

/// Up to `count` bytes of an opened file from `offset` on, wherever it is being read.
func storedBytes(of descriptor: Int32, at offset: Int, count: Int) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: count)
  let read = pread(descriptor, &bytes, count, off_t(offset))
  return Array(bytes.prefix(max(0, read)))
}

extension SoundFileReader {
  /// How the file falls short of what it says it holds, if it does.
  ///
  /// - Parameter decoded: the frames that could be read.
  public func truncation(decoded: Int) -> String? {
    if let failure = stream?.failure {
      return "cannot be read after \(seconds(decoded)): \(failure)"
    }
    if stream == nil, format.container.uppercased().hasPrefix("OGG"), frames == nil {
      return "is cut short: its last Ogg page is missing"
    }
    if let frames, decoded < frames {
      return "is cut short or damaged: it tells of \(seconds(frames)), and \(seconds(decoded)) "
        + "can be decoded"
    }
    if let (told, there) = storedLength(), told > there {
      return "is cut short: its header tells of \(told) bytes of sound, and \(there) are there"
    }
    return nil
  }

  /// Whether the program that wrote the header could not go back to fill in a length.
  var tellsNoLength: Bool { soundBytes().first.map(isUnknownLength) ?? false }

  /// The bytes of sound that the header tells of, and those that are there.
  private func storedLength() -> (told: Int, there: Int)? {
    let numbers = soundBytes()
    if let told = numbers.first, !isUnknownLength(told) {
      // `data : 96000 (should be 57582)`, in which the second is what is there.
      return (told, numbers.count > 1 ? numbers[numbers.count - 1] : size)
    }
    return mp3StreamLength()
  }

  /// The lengths in bytes that libsndfile noted of the chunk of samples.
  private func soundBytes() -> [Int] {
    for line in log.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let key = parts[0].filter { $0 != " " }.lowercased()
      guard ["data", "ssnd", "datasize"].contains(key) else { continue }
      let numbers = parts[1].split { !$0.isNumber }.compactMap { Int($0) }
      guard !numbers.isEmpty else { continue }
      return parts[1].contains("should be") ? numbers : Array(numbers.prefix(1))
    }
    return []
  }

  /// The length in bytes that the encoder of an MP3 wrote into its first frame (the Xing or Info
  /// header), and what the file has from there on.
  private func mp3StreamLength() -> (told: Int, there: Int)? {
    guard format.container.hasPrefix("MPEG") else { return nil }
    var start = 0
    let tag = bytes(at: 0, count: 10)
    if tag.starts(with: Array("ID3".utf8)), tag.count == 10 {
      start = 10 + tag[6...9].reduce(0) { $0 << 7 | Int($1 & 0x7F) }
    }
    let head = bytes(at: start, count: 256)
    for at in 0..<max(0, head.count - 16) {
      let mark = head[at..<(at + 4)]
      guard mark.elementsEqual("Xing".utf8) || mark.elementsEqual("Info".utf8) else { continue }
      let flags = head[at + 7]
      guard flags & 2 != 0 else { return nil }
      let field = at + 8 + (flags & 1 != 0 ? 4 : 0)
      return (head[field..<(field + 4)].reduce(0) { $0 << 8 | Int($1) }, size - start)
    }
    return nil
  }
}
