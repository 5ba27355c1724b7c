import Foundation
import TestSupport
import Testing

@testable import Tensors

/// What the Python `safetensors` package writes and reads.
@Suite("safetensors files of the Python package") struct SafeTensorsPythonTests {
  @Test("A file that Python wrote")
  func readPython() throws {
    let file = try SafeTensors(contentsOf: fixture("python.safetensors"))
    #expect(file.metadata == ["title": "größer ✓ 音", "config": #"{"width": 8}"#])
    let expected: [String: (DType, [Int], [Double])] = [
      "float32": (
        .float32, [2, 3], [-1.5, 0, 3.25, Double(Float(1e-30)), Double(Float(1e30)), -0.0]
      ),
      "float64": (.float64, [3], [0.1, -2, 1e300]),
      "float16": (.float16, [2, 2], [0.5, -2, 65_504, 0x1p-14]),
      "bfloat16": (.bfloat16, [4], [1, -0.5, 256, 1.0078125]),
      "int64": (.int64, [2], [-0x1p40, 7]),
      "scalar": (.float32, [], [2.5]),
      "empty": (.float32, [0, 3], []),
    ]
    #expect(file.tensors.keys.sorted() == expected.keys.sorted())
    for (name, (dtype, shape, values)) in expected {
      let tensor = try #require(file.tensors[name])
      #expect(tensor.dtype == dtype && tensor.shape == shape, "\(name)")
      #expect(try tensor.doubles() == values, "\(name)")
    }
    #expect(try SafeTensors.shapes(of: fixture("python.safetensors")) == expected.mapValues(\.1))
  }

  @Test("What we read of Python's file we write again with the same tensors' bytes")
  func rewritten() throws {
    let folder = try TemporaryFolder()
    let original = try SafeTensors(contentsOf: fixture("python.safetensors"))
    try original.write(to: folder["again.safetensors"])
    let again = try SafeTensors(contentsOf: folder["again.safetensors"])
    #expect(again.metadata == original.metadata)
    for (name, tensor) in original.tensors {
      #expect(try again.tensors[name]?.bytes() == tensor.bytes(), "\(name)")
    }
  }

  @Test(
    "A file that we wrote, read by Python",
    .enabled(
      if: SafeTensorsPythonTests.pythonReads, "python3 with safetensors and numpy is not here"))
  func readByPython() throws {
    let folder = try TemporaryFolder()
    let url = folder["ours.safetensors"]
    // The bytes of the two-byte type leave the float64 ones off their natural boundary.
    try SafeTensors(
      tensors: [
        "a.half": Tensor([0.5, -2, 3], shape: [3]).to(.float16),
        "b.double": Tensor([0.1, -2, 1e300, 4], shape: [2, 2]),
        "c.single": Tensor([Float(1.5)], shape: []),
        "d.empty": Tensor.zeros([0, 3]),
        "e.whole": Tensor([-7.0, 1_099_511_627_776], shape: [2]).to(.int64),
      ], metadata: ["title": "größer ✓ 音"]
    ).write(to: url)
    let script = """
      import sys
      from safetensors import safe_open
      with safe_open(sys.argv[1], "np") as file:
          print(ascii(file.metadata()))
          for key in sorted(file.keys()):
              value = file.get_tensor(key)
              print(key, value.dtype, list(value.shape), value.flatten().tolist())
      """
    let output = try Self.python(["-c", script, url.path])
    #expect(
      output == #"""
        {'title': 'gr\xf6\xdfer \u2713 \u97f3'}
        a.half float16 [3] [0.5, -2.0, 3.0]
        b.double float64 [2, 2] [0.1, -2.0, 1e+300, 4.0]
        c.single float32 [] [1.5]
        d.empty float32 [0, 3] []
        e.whole int64 [2] [-7, 1099511627776]

        """#)
  }

  static let pythonReads = (try? python(["-c", "import safetensors, numpy"])) != nil

  /// What `python3` prints; throws when it is not there or fails.
  private static func python(_ arguments: [String]) throws -> String {
    let process = Process(), output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    return String(decoding: data, as: UTF8.self)
  }
}
