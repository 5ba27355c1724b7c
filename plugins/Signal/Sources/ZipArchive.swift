import CZlib
import Inflating
import Modality

/// The members of a zip archive, which a `.npz` is.
///
/// Reference: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
struct ZipArchive {
  struct Member: Hashable, Sendable {
    var name: String
    var isDeflated: Bool
    var checksum: UInt32
    /// In the archive and unfolded, in bytes.
    var compressedSize, size: Int
    /// Of the local header.
    var offset: Int
  }

  let members: [Member]
  private let file: InputFile

  /// - Throws: `StirError.Code.invalidData` for what is no such archive, or one of the kind that
  ///   is needed above 4 GiB.
  init(_ file: InputFile) throws {
    self.file = file
    // The directory's end is followed by a comment of up to 65535 bytes.
    let tail = try file.bytes(at: max(0, file.size - 65_557), upTo: 65_557)
    let mark: [UInt8] = [0x50, 0x4B, 5, 6]
    guard tail.count >= 22,
      let end = (0...(tail.count - 22)).last(where: { tail[$0...].starts(with: mark) })
    else { throw malformed("is no zip archive, or is cut short: its directory is missing") }
    let count = tail.integer(at: end + 10, bytes: 2)
    let size = tail.integer(at: end + 12, bytes: 4)
    let offset = tail.integer(at: end + 16, bytes: 4)
    guard count < 0xFFFF, size < 0xFFFF_FFFF, offset < 0xFFFF_FFFF else {
      throw ZipArchive.tooLarge
    }
    guard size <= 1 << 24, offset <= file.size - size else {
      throw malformed("has a damaged zip directory")
    }
    members = try ZipArchive.members(try file.bytes(at: offset, upTo: size), count: count)
  }

  private static var tooLarge: StirError {
    malformed("is a zip64 archive, which is not read; save each array as a .npy")
  }

  private static func members(_ directory: [UInt8], count: Int) throws -> [Member] {
    var members: [Member] = []
    var at = 0
    for _ in 0..<count {
      guard directory.count >= at + 46, directory[at...].starts(with: [0x50, 0x4B, 1, 2]) else {
        throw malformed("has a damaged zip directory")
      }
      let field = { (offset: Int, bytes: Int) in directory.integer(at: at + offset, bytes: bytes) }
      let nameEnd = at + 46 + field(28, 2)
      guard nameEnd <= directory.count else { throw malformed("has a damaged zip directory") }
      let name = String(decoding: directory[(at + 46)..<nameEnd], as: UTF8.self)
      guard field(8, 2) & 1 == 0 else { throw malformed("is encrypted") }
      let method = field(10, 2)
      guard method == 0 || method == 8 else {
        throw malformed("holds \(name) compressed in another way than deflate")
      }
      guard [20, 24, 42].allSatisfy({ field($0, 4) < 0xFFFF_FFFF }) else { throw tooLarge }
      members.append(
        Member(
          name: name, isDeflated: method == 8, checksum: UInt32(field(16, 4)),
          compressedSize: field(20, 4), size: field(24, 4), offset: field(42, 4)))
      at = nameEnd + field(30, 2) + field(32, 2)
    }
    return members
  }

  /// Where in the file the data of `member` stands.
  func data(of member: Member) throws -> Range<Int> {
    let header = try file.bytes(at: member.offset, upTo: 30)
    guard header.count == 30, header.starts(with: [0x50, 0x4B, 3, 4]) else {
      throw malformed("has no \(member.name) where its zip directory says")
    }
    let start =
      member.offset + 30 + header.integer(at: 26, bytes: 2) + header.integer(at: 28, bytes: 2)
    guard member.compressedSize <= file.size - start else { throw malformed("is cut short") }
    return start..<(start + member.compressedSize)
  }

  /// Unfolds a deflated `member` to the end of `spool`; returns where it begins there.
  /// - Throws: `StirError.Code.invalidData` for damaged data, or if there is more than the
  ///   directory says.
  func unfold(_ member: Member, to spool: Spool) throws -> Int {
    let read = file.reader(of: try data(of: member))
    let inflater = try Inflater(.raw) { try read(1 << 18) }
    let start = spool.size
    var checksum: UInt = 0
    while true {
      let bytes = try inflater.next(upTo: 1 << 18)
      if bytes.isEmpty { break }
      guard spool.size - start + bytes.count <= member.size else {
        throw malformed("unfolds \(member.name) to more than its zip directory says")
      }
      checksum = crc32(checksum, bytes, UInt32(bytes.count))
      try bytes.withUnsafeBytes(spool.append)
    }
    guard spool.size - start == member.size, UInt32(truncatingIfNeeded: checksum) == member.checksum
    else { throw malformed("has damaged data in \(member.name): its checksum does not fit") }
    return start
  }

  /// The first bytes of `member`, unfolded.
  func start(of member: Member, upTo count: Int) throws -> [UInt8] {
    let range = try data(of: member)
    guard member.isDeflated else {
      return try file.bytes(at: range.lowerBound, upTo: min(count, range.count))
    }
    let read = file.reader(of: range)
    return try Inflater(.raw) { try read(1 << 16) }.next(upTo: count)
  }
}

extension [UInt8] {
  /// The little-endian number in `bytes` bytes, which are there.
  fileprivate func integer(at offset: Int, bytes: Int) -> Int {
    self[offset..<(offset + bytes)].reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}
