import Audio
import Foundation
import Image
import Modality
import Signal

/// A kind of file, the modality that reads it, and files of it that are in order.
struct Subject {
  var format: String
  var fileExtension: String
  var isText = false
  var modality: any DataModality
  var seeds: [Data]
}

/// A subject for each format that stir reads by code of its own or through a decoder.
/// - Parameter scratch: a folder for files on the way.
func subjects(_ samples: URL, scratch: URL) throws -> [Subject] {
  let audio = try makeAudio()
  let image = try kind(ImageModality.self, #"{"width": 16, "height": 16, "channels": 1}"#)
  let signal = try kind(SignalModality.self, #"{"length": 32}"#)
  func written(_ modality: any DataModality, _ fileExtension: String) throws -> Data {
    let layout = modality.layout
    let values = (0..<layout.count).map { 0.7 * sin(0.3 * Float($0)) }
    let url = scratch.appendingPathComponent("seed.\(fileExtension)")
    try modality.write(Item(shape: layout.shape, values: values), to: url)
    return try Data(contentsOf: url)
  }
  let photo = try firstFile(samples.appendingPathComponent("images/sign-digits/0"))
  let csv = try written(signal, "csv")
  let npy = try written(signal, "npy")
  return [
    Subject(
      format: "WAV", fileExtension: "wav", modality: audio, seeds: [try written(audio, "wav")]),
    Subject(
      format: "FLAC", fileExtension: "flac", modality: audio, seeds: [try written(audio, "flac")]),
    Subject(
      format: "CSV", fileExtension: "csv", isText: true, modality: signal,
      seeds: [csv, Data(quotedCSV.utf8)]),
    Subject(
      format: "NPY", fileExtension: "npy", isText: true, modality: signal,
      seeds: [npy, integerNPY]),
    Subject(
      format: "NPZ", fileExtension: "npz", modality: signal, seeds: [storedZip("a.npy", npy)]),
    Subject(
      format: "PNG", fileExtension: "png", modality: image, seeds: [try written(image, "png")]),
    Subject(format: "JPEG", fileExtension: "jpg", modality: image, seeds: [photo]),
    Subject(format: "IDX", fileExtension: "idx", modality: image, seeds: [idx]),
    Subject(
      format: "IDX.gz", fileExtension: "idx.gz", modality: image,
      seeds: [
        try Data(contentsOf: samples.appendingPathComponent("images/fashion/images-idx3-ubyte.gz"))
      ]),
  ]
}

private func kind<M: ConfigurableModality>(_ type: M.Type, _ json: String) throws -> M {
  let tree = try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8))
  return try M(configuration: M.Settings(overriding: tree))
}

private func makeAudio() throws -> AudioModality {
  var audio = try AudioModality(sampleRate: 8_000, length: 512)
  audio.cacheFolder = nil
  return audio
}

private func firstFile(_ folder: URL) throws -> Data {
  let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  return try Data(contentsOf: folder.appendingPathComponent(names[0]))
}

/// Two columns with a header, quotes, a comment and gaps.
private let quotedCSV =
  "# made for a test\n\"time\",\"lead, first\"\n"
  + (0..<200).map { "\(Double($0) / 10),\($0 % 70 == 0 ? "" : "\"-\($0 % 7).5e-1\"")\n" }
  .joined()

/// Big-endian 16-bit whole numbers in Fortran order.
private let integerNPY: Data = {
  let text = "{'descr': '>i2', 'fortran_order': True, 'shape': (256, 1), }"
  let header = text.padding(toLength: 117, withPad: " ", startingAt: 0) + "\n"
  let values = (0..<512).map { UInt8(truncatingIfNeeded: $0 &* 37) }
  return Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8) + values)
}()

/// Four images of 8 × 8 pixels (LeCun's format: big-endian sizes).
private let idx: Data = {
  let sizes: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 8, 0, 0, 0, 8]
  return Data([0, 0, 8, 3] + sizes + (0..<256).map { UInt8(truncatingIfNeeded: $0 &* 5) })
}()

/// A zip archive with one member that is stored as it is (PKWARE's APPNOTE, sections 4.3.7 to 4.3.16).
private func storedZip(_ name: String, _ content: Data) -> Data {
  func little(_ value: Int, _ bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
  // Version 20, no flags, stored, no date; the checksum is of the content.
  let about =
    little(20, 2) + little(0, 8) + little(Int(checksum(content)), 4) + little(content.count, 4)
    + little(content.count, 4) + little(name.utf8.count, 2) + little(0, 2)
  let local = [0x50, 0x4B, 3, 4] + about + Array(name.utf8) + Array(content)
  let central =
    [0x50, 0x4B, 1, 2] + little(20, 2) + about + little(0, 14) + Array(name.utf8)
  let end =
    [0x50, 0x4B, 5, 6] + little(0, 4) + little(1, 2) + little(1, 2) + little(central.count, 4)
    + little(local.count, 4) + little(0, 2)
  return Data(local + central + end)
}

/// CRC-32, bit by bit (ISO 3309).
private func checksum(_ data: Data) -> UInt32 {
  ~data.reduce(~0) { crc, byte in
    (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
    }
  }
}
