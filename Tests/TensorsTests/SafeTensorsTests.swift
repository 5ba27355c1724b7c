import Core
import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite("safetensors files") struct SafeTensorsTests {
  private let folder = Result { try TemporaryFolder() }

  @Test("Every type comes back bit for bit", arguments: DType.allCases)
  func roundTrip(dtype: DType) throws {
    let url = try folder.get()["a.safetensors"]
    let values: [Double] = [0, -1.5, 3.25, 65_504, -0.0, 1e-7]
    let tensors = try [
      "plain": Tensor(values, shape: [2, 3]).to(dtype),
      "scalar": Tensor([2.0], shape: []).to(dtype),
      "empty": Tensor([Double](), shape: [0, 3]).to(dtype),
      "transposed": Tensor(values, shape: [2, 3]).to(dtype).permuted([1, 0]),
    ]
    try SafeTensors(tensors: tensors).write(to: url)
    let read = try SafeTensors(contentsOf: url)
    #expect(read.metadata == [:])
    #expect(read.tensors.keys.sorted() == tensors.keys.sorted())
    for (name, expected) in tensors {
      let found = try #require(read.tensors[name])
      #expect(found.shape == expected.shape && found.dtype == dtype, "\(name)")
      #expect(try found.bytes() == expected.bytes(), "\(name)")
    }
  }

  @Test("Special floats keep their bits")
  func specialValues() throws {
    let url = try folder.get()["a.safetensors"]
    let values: [Float] = [.nan, .infinity, -.infinity, .leastNonzeroMagnitude, -0.0]
    try SafeTensors(tensors: ["x": Tensor(values, shape: [5])]).write(to: url)
    let found = try #require(try SafeTensors(contentsOf: url).tensors["x"]).floats()
    #expect(found.map(\.bitPattern) == values.map(\.bitPattern))
  }

  @Test(
    "Metadata of any text comes back",
    arguments: [
      "", "größer ✓ 音 👩‍🚀", "a \"quoted\" \\ slash / and\nlines\t\u{1}", #"{"width": 8, "a": [1]}"#,
    ])
  func metadata(text: String) throws {
    let url = try folder.get()["a.safetensors"]
    let metadata = ["text": text, "ключ ✓": "2"]
    try SafeTensors(tensors: ["x": .zeros([1])], metadata: metadata).write(to: url)
    #expect(try SafeTensors(contentsOf: url).metadata == metadata)
    #expect(try SafeTensors.metadata(of: url) == metadata)
  }

  @Test("A file of no tensors, and names of any text")
  func names() throws {
    let url = try folder.get()["a.safetensors"]
    try SafeTensors(tensors: [:], metadata: ["only": "text"]).write(to: url)
    #expect(try SafeTensors(contentsOf: url).tensors.isEmpty)
    let names = ["", "a.b/c", "größer ✓", "\"", "__meta__"]
    try SafeTensors(
      tensors: Dictionary(
        uniqueKeysWithValues: names.enumerated().map {
          ($1, try Tensor([Double($0)], shape: [1]))
        })
    ).write(to: url)
    let read = try SafeTensors(contentsOf: url)
    for (index, name) in names.enumerated() {
      #expect(try read.tensors[name]?.item() == Double(index), "\(name)")
    }
  }

  @Test("Names and shapes are read without the tensors")
  func shapes() throws {
    let url = try folder.get()["a.safetensors"]
    try SafeTensors(
      tensors: ["x": .zeros([2, 3]), "y": .zeros([])], metadata: ["k": "v"]
    ).write(to: url)
    #expect(try SafeTensors.shapes(of: url) == ["x": [2, 3], "y": []])
  }

  @Test("The same content is the same file, byte for byte, in the order of the names")
  func deterministicBytes() throws {
    let folder = try folder.get()
    func write(_ names: [String], to url: URL) throws {
      var file = SafeTensors(tensors: [:])
      for name in names {
        file.tensors[name] = try Tensor([Float(name.utf8.first ?? 0)], shape: [1])
        file.metadata[name] = name
      }
      try file.write(to: url)
    }
    try write(["a", "b", "c", "d"], to: folder["1"])
    try write(["d", "b", "a", "c"], to: folder["2"])
    let bytes = try Data(contentsOf: folder["1"])
    #expect(try bytes == Data(contentsOf: folder["2"]))
    let values = bytes.suffix(16).map { $0 }
    #expect(try values == Tensor([Float(97), 98, 99, 100], shape: [4]).bytes())
  }

  @Test("The layout of the file, by hand")
  func layout() throws {
    let url = try folder.get()["a.safetensors"]
    try SafeTensors(
      tensors: ["b": Tensor([Float(1)], shape: [1]), "a": Tensor([2.0], shape: [])],
      metadata: ["k": "v"]
    ).write(to: url)
    let header =
      #"{"__metadata__":{"k":"v"},"#
      + #""a":{"data_offsets":[0,8],"dtype":"F64","shape":[]},"#
      + #""b":{"data_offsets":[8,12],"dtype":"F32","shape":[1]}}"#
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    var expected = Data([UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0])
    expected += Data(padded.utf8)
    expected += Data([0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0x80, 0x3F])
    #expect(try Data(contentsOf: url) == expected)
  }

  @Test("A file that is not there, or is a folder, is a sentence")
  func missing() throws {
    let folder = try folder.get()
    try expectError(.missingInput, containing: "there is no such file") {
      _ = try SafeTensors(contentsOf: folder["none.safetensors"])
    }
    let error = try expectError(.missingInput, containing: "cannot read") {
      _ = try SafeTensors(contentsOf: folder.url)
    }
    #expect(!error.message.contains("no such file"))
  }

  @Test("A file that cannot be written leaves the old one whole")
  func unwritable() throws {
    let folder = try folder.get()
    let url = folder["a.safetensors"]
    try SafeTensors(tensors: ["x": .full(3, shape: [1])]).write(to: url)
    // A folder stands where the second file would go; a file stands where its folder would.
    try makeFolder(folder["taken"])
    let file = try SafeTensors(tensors: ["x": .zeros([1])])
    try expectError(.unwritableOutput) { try file.write(to: folder["taken"]) }
    try expectError(.unwritableOutput) {
      try file.write(to: url.appendingPathComponent("below.safetensors"))
    }
    #expect(try SafeTensors(contentsOf: url).tensors["x"]?.item() == 3)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
    #expect(names == ["a.safetensors", "taken"])
  }
}
