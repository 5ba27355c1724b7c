import Core
import Foundation

/// Named tensors and text metadata in one file, as the `safetensors` format lays them down.
///
/// The file is an 8-byte little-endian header length, a JSON header giving each tensor's type,
/// shape and byte range, and the bytes. The Python `safetensors` package reads and writes the same.
///
/// Reference: https://github.com/huggingface/safetensors, "Format".
public struct SafeTensors: Sendable {
  public var tensors: [String: Tensor]
  public var metadata: [String: String]

  public init(tensors: [String: Tensor], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  private struct Entry: Codable {
    var dtype: String
    var shape: [Int]
    var data_offsets: [Int]
  }

  /// Writes the file atomically, tensors in the order of their names.
  /// - Throws: `StirError.Code.unwritableOutput`.
  public func write(to url: URL) throws {
    let sorted = tensors.sorted { $0.key < $1.key }
    var header: [String: JSONValue] = [:]
    var offset = 0
    for (name, tensor) in sorted {
      let end = offset + tensor.count * tensor.dtype.byteCount
      header[name] = try JSONValue(
        encoding: Entry(
          dtype: tensor.dtype.rawValue, shape: tensor.shape, data_offsets: [offset, end]))
      offset = end
    }
    if !metadata.isEmpty { header["__metadata__"] = .object(metadata.mapValues(JSONValue.string)) }
    var text = Data(try JSONValue.object(header).text().utf8)
    // The tensors begin at a multiple of 8, so a reader may map them.
    text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - text.count % 8) % 8))

    let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
    try writeAtomically(
      to: url,
      pieces: { append in
        try append(length + text)
        for (_, tensor) in sorted { try append(Data(tensor.bytes())) }
      })
  }

  /// Reads a file whole.
  /// - Throws: `.missingInput` if it cannot be opened, `.invalidData` if it is not whole: cut
  ///   short, of another format, with a type that the engine lacks, or with ranges that do not fit.
  public init(contentsOf url: URL) throws {
    let file = try SafeTensors.map(url)
    let (header, start) = try SafeTensors.header(of: file, at: url)
    metadata = try SafeTensors.metadata(in: header, at: url)
    tensors = [:]
    let entries = try SafeTensors.entries(in: header, at: url).sorted {
      $0.value.data_offsets.lexicographicallyPrecedes($1.value.data_offsets)
    }
    var end = 0
    for (name, entry) in entries {
      guard let dtype = DType(rawValue: entry.dtype) else {
        let known = DType.allCases.map(\.rawValue).joined(separator: ", ")
        throw StirError(
          .invalidData,
          "\(url.path): tensor \(name) is of type \(entry.dtype), expected one of \(known)")
      }
      let (from, to) = (entry.data_offsets[0], entry.data_offsets[1])
      var size = dtype.byteCount
      let overflow = entry.shape.contains { extent in
        let (product, overflow) = size.multipliedReportingOverflow(by: extent)
        size = product
        return overflow
      }
      guard !overflow, from >= 0, to >= from, to - from == size else {
        throw StirError(
          .invalidData,
          "\(url.path): tensor \(name) of shape \(entry.shape) does not match its byte range")
      }
      guard from == end else {
        throw StirError(
          .invalidData,
          "\(url.path): tensor \(name) starts at byte \(from) of the data, expected \(end): the "
            + "tensors overlap or leave a gap")
      }
      guard to <= file.count - start else {
        throw StirError(
          .invalidData,
          "\(url.path) is cut short: tensor \(name) ends at byte \(to) of the data, the file at "
            + "\(file.count - start). Copy it again")
      }
      tensors[name] = try file.withUnsafeBytes {
        try Tensor(
          bytes: UnsafeRawBufferPointer(rebasing: $0[(start + from)..<(start + to)]),
          dtype: dtype, shape: entry.shape)
      }
      end = to
    }
    guard end == file.count - start else {
      throw StirError(
        .invalidData,
        "\(url.path) has \(file.count - start - end) bytes after its last tensor. Copy it again")
    }
  }

  /// The metadata alone, without reading a tensor.
  public static func metadata(of url: URL) throws -> [String: String] {
    try metadata(in: header(of: map(url), at: url).entries, at: url)
  }

  /// Every tensor's name and shape, without reading one.
  public static func shapes(of url: URL) throws -> [String: [Int]] {
    try entries(in: header(of: map(url), at: url).entries, at: url).mapValues(\.shape)
  }

  private static func map(_ url: URL) throws -> Data {
    do {
      return try Data(contentsOf: url, options: .mappedIfSafe)
    } catch {
      let there = FileManager.default.fileExists(atPath: url.path)
      throw StirError(
        .missingInput,
        "cannot read \(url.path): "
          + (there ? error.localizedDescription : "there is no such file"))
    }
  }

  private static func header(
    of file: Data, at url: URL
  ) throws -> (entries: [String: JSONValue], start: Int) {
    guard file.count >= 8 else {
      throw StirError(
        .invalidData, "\(url.path) is \(file.count) bytes long: not a safetensors file")
    }
    let length = file.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(file.count - 8) else {
      throw StirError(
        .invalidData,
        "\(url.path) is not a whole safetensors file: its header claims \(length) bytes, "
          + "the file has \(file.count)")
    }
    let text = file[file.startIndex + 8..<file.startIndex + 8 + Int(length)]
    guard let entries = try? JSONDecoder().decode([String: JSONValue].self, from: text) else {
      throw StirError(.invalidData, "\(url.path) is not a safetensors file: its header is no JSON")
    }
    return (entries, 8 + Int(length))
  }

  private static func entries(
    in header: [String: JSONValue], at url: URL
  ) throws -> [String: Entry] {
    var entries: [String: Entry] = [:]
    for (name, value) in header where name != "__metadata__" {
      guard let entry = try? value.decoded(as: Entry.self), entry.data_offsets.count == 2,
        entry.shape.allSatisfy({ $0 >= 0 })
      else {
        throw StirError(
          .invalidData, "\(url.path): the entry of tensor \(name) is not one that can be read")
      }
      entries[name] = entry
    }
    return entries
  }

  private static func metadata(
    in header: [String: JSONValue], at url: URL
  ) throws -> [String: String] {
    guard let value = header["__metadata__"] else { return [:] }
    guard case .object(let members) = value else {
      throw StirError(.invalidData, "\(url.path): the metadata is not a table of texts")
    }
    return try members.mapValues {
      guard case .string(let text) = $0 else {
        throw StirError(.invalidData, "\(url.path): the metadata is not a table of texts")
      }
      return text
    }
  }
}
