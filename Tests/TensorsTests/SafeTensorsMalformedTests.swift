import Core
import Foundation
import TestSupport
import Testing

@testable import Tensors

/// Files that are not whole, or lie: a sentence each, never a crash and never a tensor.
@Suite("Malformed safetensors files") struct SafeTensorsMalformedTests {
  private let folder = Result { try TemporaryFolder() }

  /// A file of `header`, its length as it is or as `claimed`, and `bytes` of data.
  private func write(
    _ header: Data, claiming claimed: UInt64? = nil, bytes: Int = 0
  ) throws -> URL {
    let url = try folder.get()["bad.safetensors"]
    let length = claimed ?? UInt64(header.count)
    try (withUnsafeBytes(of: length.littleEndian) { Data($0) } + header + Data(count: bytes))
      .write(to: url)
    return url
  }

  private func expectRefusal(
    of url: URL, _ part: String = "", sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let error = try expectError(.invalidData, containing: part, sourceLocation: sourceLocation) {
      _ = try SafeTensors(contentsOf: url)
    }
    #expect(error.message.contains(url.path), sourceLocation: sourceLocation)
  }

  @Test("A file cut short at any byte is refused")
  func truncated() throws {
    let url = try folder.get()["whole.safetensors"]
    try SafeTensors(
      tensors: ["a": Tensor([1.0, 2], shape: [2]), "b": .zeros([3])], metadata: ["k": "ä"]
    ).write(to: url)
    let whole = try Data(contentsOf: url)
    #expect(try SafeTensors(contentsOf: url).tensors.count == 2)
    for length in 0..<whole.count {
      try whole.prefix(length).write(to: url)
      try expectRefusal(of: url)
    }
    try (whole + [0]).write(to: url)
    try expectRefusal(of: url, "1 bytes after its last tensor")
  }

  @Test("A file with one byte changed in its header is read or refused")
  func changedByte() throws {
    let url = try folder.get()["changed.safetensors"]
    try SafeTensors(tensors: ["a": .zeros([2])], metadata: ["k": "v"]).write(to: url)
    let whole = try Data(contentsOf: url)
    for index in 0..<(whole.count - 8) {
      for byte in [0, UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "\""), 0xFF] {
        var changed = whole
        changed[index] = byte
        try changed.write(to: url)
        do {
          _ = try SafeTensors(contentsOf: url)
        } catch {
          let error = try #require(error as? StirError)
          #expect(error.code == .invalidData, "\(error)")
        }
      }
    }
  }

  @Test(
    "A header length that lies",
    arguments: [
      3, 1_000, UInt64(Int32.max), UInt64(Int.max) - 8, UInt64(Int.max), UInt64(Int.max) + 1, .max,
    ])
  func lyingLength(length: UInt64) throws {
    try expectRefusal(of: write(Data(#"{"a":1}  "#.utf8), claiming: length))
  }

  @Test(
    "A header that is no JSON object",
    arguments: [
      "", "{", "[]", "null", "3", "\"text\"", "{\"a\"}", "not json", "{} {}",
      String(repeating: "[", count: 200_000), String(repeating: "{\"a\":", count: 100_000),
    ])
  func noJSON(header: String) throws {
    try expectRefusal(of: write(Data(header.utf8)), "its header is no JSON")
  }

  @Test("A header that is no UTF-8")
  func noUTF8() throws {
    try expectRefusal(of: write(Data([0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x3A, 0x31, 0x7D])))
    try expectRefusal(of: write(Data([UInt8](repeating: 0xC3, count: 64))))
  }

  @Test(
    "An entry that is not one",
    arguments: [
      #"1"#, #"null"#, #"[]"#, #"{}"#, #"{"dtype":"F32"}"#,
      #"{"dtype":"F32","shape":[1],"data_offsets":[0]}"#,
      #"{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}"#,
      #"{"dtype":"F32","shape":[1],"data_offsets":[]}"#,
      #"{"dtype":"F32","shape":1,"data_offsets":[0,4]}"#,
      #"{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}"#,
      #"{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}"#,
      #"{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}"#,
      #"{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}"#,
      #"{"dtype":7,"shape":[1],"data_offsets":[0,4]}"#,
      #"{"dtype":"F32","shape":[1],"data_offsets":[0,1e30]}"#,
      #"{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}"#,
    ])
  func brokenEntry(entry: String) throws {
    let url = try write(Data("{\"layer\":\(entry)}".utf8), bytes: 4)
    try expectRefusal(of: url, "the entry of tensor layer is not one that can be read")
    try expectError(.invalidData) { _ = try SafeTensors.shapes(of: url) }
  }

  @Test("A type that the engine lacks", arguments: ["F8_E4M3", "BOOL", "f32", "", "I32"])
  func unknownType(dtype: String) throws {
    try expectRefusal(
      of: write(
        Data(#"{"a":{"dtype":"\#(dtype)","shape":[4],"data_offsets":[0,4]}}"#.utf8), bytes: 4),
      "is of type \(dtype), expected one of F32")
  }

  @Test(
    "Offsets that do not fit the shape, the file, or a number",
    arguments: [
      ("[1]", "[0,8]"), ("[1]", "[4,0]"), ("[1]", "[-4,0]"), ("[2]", "[-4,4]"), ("[]", "[0,0]"),
      ("[3]", "[0,12]"), ("[0]", "[0,4]"), ("[1]", "[4,8]"), ("[0]", "[1000,1000]"),
      ("[4611686018427387904,2]", "[0,0]"), ("[4611686018427387904,4]", "[0,0]"),
      ("[9223372036854775807]", "[0,9223372036854775804]"),
      ("[2305843009213693951]", "[0,9223372036854775804]"),
      ("[2305843009213693951]", "[3,9223372036854775807]"),
      ("[9223372036854775807,9223372036854775807,0]", "[0,0]"),
      ("[1]", "[-9223372036854775808,9223372036854775807]"),
    ])
  func badOffsets(shape: String, offsets: String) throws {
    let header = #"{"a":{"dtype":"F32","shape":\#(shape),"data_offsets":\#(offsets)}}"#
    try expectRefusal(of: write(Data(header.utf8), bytes: 8))
  }

  @Test(
    "Tensors that overlap or leave a gap",
    arguments: [
      ("[0,4]", "[0,4]", 4), ("[0,4]", "[2,6]", 6), ("[0,4]", "[8,12]", 12),
      ("[4,8]", "[8,12]", 12),
      ("[0,4]", "[4,8]", 12),
    ])
  func overlap(first: String, second: String, bytes: Int) throws {
    func entry(_ offsets: String) -> String {
      #"{"dtype":"F32","shape":[1],"data_offsets":\#(offsets)}"#
    }
    let header = #"{"a":\#(entry(first)),"b":\#(entry(second))}"#
    try expectRefusal(of: write(Data(header.utf8), bytes: bytes))
  }

  @Test(
    "Metadata that is no table of texts",
    arguments: [
      "1", "[]", "null", #""text""#, #"{"a":1}"#, #"{"a":null}"#, #"{"a":{"b":"c"}}"#,
    ])
  func badMetadata(metadata: String) throws {
    let url = try write(Data("{\"__metadata__\":\(metadata)}".utf8))
    try expectRefusal(of: url, "the metadata is not a table of texts")
    try expectError(.invalidData) { _ = try SafeTensors.metadata(of: url) }
  }

  @Test(
    "Files of other formats",
    arguments: [
      "RIFF$\0\0\0WAVEfmt ", "PK\u{3}\u{4}archive.zip", "hello, this is a text and no model",
    ])
  func otherFormat(content: String) throws {
    let url = try folder.get()["other.safetensors"]
    try Data(content.utf8).write(to: url)
    try expectRefusal(of: url)
  }
}
