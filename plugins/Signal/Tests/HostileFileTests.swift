import Foundation
import Modality
import Signal
import TestSupport
import Testing

/// Files that are cut short, damaged or made to do harm: each is left out with a sentence.
@Suite struct HostileFileTests {
  /// Why a file called `name` is left out.
  private func reason(
    _ name: String, _ data: Data, _ change: (inout SignalConfiguration) -> Void = { _ in }
  ) throws -> String {
    let folder = try TemporaryFolder()
    try folder.write(ramp(20), to: "good.npy")
    try folder.write(data, to: name)
    let found = try plainSignal(length: 10, change).dataset(at: folder.url)
    #expect(found.count == 2)
    return try #require(reasons(found)[name])
  }

  private func fixture(_ name: String) throws -> Data {
    try Data(contentsOf: fixtures.appendingPathComponent(name))
  }

  @Test(arguments: [
    ("(1000000000000000,)", "is cut short: its header promises 4000000000000000 bytes of numbers"),
    ("(9223372036854775807, 9223372036854775807)", "claims to hold 9223372036854775807 × "),
    ("(99999999999999999999,)", "its shape is no list of whole numbers"),
    ("(-5,)", "its shape is no list of whole numbers"),
    ("(0, 9223372036854775807)", "more than 65536; array_order says which axis is time"),
    ("(6,", "its shape is no list of whole numbers"), ("6", "expected ("),
  ])
  func shapesThatCannotBe(shape: String, expected: String) throws {
    let found = try reason("bad.npy", npyHeader("<f4", shape) + Data(count: 24))
    #expect(found.contains(expected), "\(found)")
  }

  @Test(arguments: [
    ("{'descr': '<f4'", "expected }"), ("", "expected {"),
    ("{'descr': '<f4', 'shape': (6,), }", "lacks descr, fortran_order or shape"),
    ("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (6,), }", "neither True nor False"),
    ("{'evil': 1}", "unknown key \"evil\""), ("{1: 2}", "expected a text in quotes"),
  ])
  func headersThatAreNone(fields: String, expected: String) throws {
    let found = try reason("bad.npy", npyHeader(fields: fields) + Data(count: 24))
    #expect(found.contains(expected), "\(found)")
  }

  @Test func startsThatAreNone() throws {
    #expect(try reason("bad.npy", Data("hello".utf8)).contains("is no NumPy array"))
    #expect(try reason("bad.npy", Data()) == "is empty (0 bytes)")
    #expect(
      try reason("bad.npy", npyHeader(fields: "{}", version: 9)).contains("of version 9"))
    let header = npyHeader("<f4", "(6,)")
    for count in [6, 9, 11, 40] {
      let found = try reason("bad.npy", header.prefix(count))
      #expect(found.contains("is cut short within its header"), "\(count): \(found)")
    }
    let large = Data([0x93] + Array("NUMPY".utf8) + [2, 0, 0xFF, 0xFF, 0xFF, 0xFF])
    #expect(try reason("bad.npy", large).contains("has a header of 4294967295 bytes"))
  }

  @Test func arraysThatAreCutShort() throws {
    let whole = try fixture("i4_big.npy")
    for count in 1..<96 {
      let found = try reason("bad.npy", whole.dropLast(count))
      #expect(
        found.contains("is cut short: its header promises 96 bytes of numbers, \(96 - count)"))
    }
  }

  /// Any file at all: a sentence or an item, never a crash; and where there is a checksum, what was
  /// there before the damage.
  @Test(arguments: [
    ("deflated.npz", true), ("text.csv.gz", true), ("stored.npz", false), ("f4_big.npy", false),
  ])
  func anyDamageIsSurvived(name: String, hasChecksum: Bool) throws {
    let whole = [UInt8](try fixture(name))
    let folder = try TemporaryFolder()
    let signal = try plainSignal(length: 3) { $0.columns = [1] }
    func items(of bytes: some Sequence<UInt8>) throws -> [Item] {
      try folder.write(Data(bytes), to: name)
      let data = try signal.dataset(at: folder.url)
      return try (0..<data.count).map { try data.item(at: $0, seed: 0) }
    }
    let expected = try items(of: whole)
    for at in whole.indices {
      for value in [0xFF, whole[at] ^ 0x10] as [UInt8] {
        var bytes = whole
        bytes[at] = value
        let found = failure {
          let items = try items(of: bytes)
          #expect(!hasChecksum || items == expected, "byte \(at)")
        }
        #expect(found.code == nil ? found.message.isEmpty : found.code == .invalidData)
      }
      let cut = failure { _ = try items(of: whole[..<at]) }
      #expect(cut.code == .invalidData, "\(at) bytes")
    }
  }

  @Test func archivesThatUnfoldToMore() throws {
    #expect(
      try reason("bad.npz", fixture("more_than_said.npz"))
        .contains("unfolds signal.npy to more than its zip directory says"))
    #expect(
      try reason("bad.npz", fixture("huge.npz"))
        .contains("would unfold to 1342177280 bytes, more than 1 GiB"))
  }

  @Test func archivesThatAreNone() throws {
    #expect(try reason("bad.npz", Data("hello".utf8)).contains("is no zip archive"))
    var encrypted = [UInt8](try fixture("stored.npz"))
    let directory = try #require(
      encrypted.indices.last { encrypted[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
    encrypted[directory + 8] |= 1
    #expect(try reason("bad.npz", Data(encrypted)) == "is encrypted")
    var zip64 = [UInt8](try fixture("stored.npz"))
    zip64.replaceSubrange((directory + 42)..<(directory + 46), with: [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(try reason("bad.npz", Data(zip64)).contains("is a zip64 archive, which is not read"))
  }

  @Test func pipesAndFoldersDoNotBlock() throws {
    let folder = try TemporaryFolder()
    try folder.write(ramp(20), to: "good.npy")
    #expect(mkfifo(folder["pipe.csv"].path, 0o600) == 0)
    let data = try plainSignal(length: 10).dataset(at: folder.url)
    #expect(reasons(data) == ["pipe.csv": "is no file but a folder, pipe or device"])
  }

  // In a process of its own, whose memory is that of this reading.
  @Test func aFileOfGigabytesIsReadByWindow() async throws {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let frames = 3_000_000_000
      let url = try folder.write(npyHeader("<i2", "(\(frames),)"), to: "big.npy")
      // A hole of 6 GB with numbers at its end.
      let file = try FileHandle(forWritingTo: url)
      let start = try file.seekToEnd()
      try file.seek(toOffset: start + UInt64(frames - 1_000) * 2)
      try file.write(contentsOf: bytes((0..<1_000).map { Int16($0) }))
      try file.close()
      let before = peakMemory()
      let signal = try plainSignal(length: 1_000) {
        $0.hop = 150_000_000
        $0.normalize = .channel
      }
      let data = try signal.dataset(at: folder.url)
      #expect(data.count == 20)
      #expect(data.source(of: 19) == "big.npy (20 of 20)")
      for index in 0..<data.count { _ = try data.item(at: index, seed: 0) }
      let last = try plainSignal(length: 1_000).dataset(at: folder.url)
      #expect(try last.item(at: last.count - 1, seed: 0).values == ramp(1_000))
      #expect(peakMemory() - before < 64 << 20)
    }
  }

  @Test func aFileThatChangesUnderneathIsAnError() throws {
    let folder = try TemporaryFolder()
    try folder.write(ramp(20), to: "a.npy")
    let data = try plainSignal(length: 20).dataset(at: folder.url)
    try folder.write(ramp(25), to: "a.npy")
    #expect(failure { _ = try data.item(at: 0, seed: 0) }.message.contains("has changed"))
    try FileManager.default.removeItem(at: folder["a.npy"])
    #expect(failure { _ = try data.item(at: 0, seed: 0) }.code == .missingInput)
  }
}

/// In bytes; 0 where the system does not tell.
private func peakMemory() -> Int {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
  return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
}
