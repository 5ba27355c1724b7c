import Foundation
import Modality
import Signal
import TestSupport

let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .appendingPathComponent("Fixtures")

extension TemporaryFolder {
  /// Writes `text` to `name`, making its folders.
  @discardableResult
  func write(_ text: String, to name: String) throws -> URL {
    try write(Data(text.utf8), to: name)
  }

  @discardableResult
  func write(_ data: Data, to name: String) throws -> URL {
    try makeFolder(self[name].deletingLastPathComponent())
    try data.write(to: self[name])
    return self[name]
  }

  /// Little-endian numbers of 16 bits.
  @discardableResult
  func write(_ values: [Int16], to name: String) throws -> URL {
    try write(bytes(values), to: name)
  }

  /// A NumPy array of float32 [time].
  @discardableResult
  func write(_ values: [Float], to name: String) throws -> URL {
    let numbers = values.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) }
    return try write(npyHeader("<f4", "(\(values.count),)") + numbers, to: name)
  }

  /// Copies a fixture.
  @discardableResult
  func copy(_ name: String, to other: String? = nil) throws -> URL {
    try write(Data(contentsOf: fixtures.appendingPathComponent(name)), to: other ?? name)
  }
}

func bytes(_ values: [Int16]) -> Data {
  values.map(\.littleEndian).withUnsafeBytes { Data($0) }
}

/// The header of a `.npy` of version 1.
func npyHeader(_ type: String, _ shape: String, fortran: Bool = false) -> Data {
  let order = fortran ? "True" : "False"
  let fields = "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }"
  return npyHeader(fields: fields)
}

func npyHeader(fields: String, version: UInt8 = 1) -> Data {
  let text = Array((fields + "\n").utf8)
  let size = [UInt8(text.count & 0xFF), UInt8(text.count >> 8)]
  return Data([0x93] + Array("NUMPY".utf8) + [version, 0] + size + text)
}

/// Signals that keep their values, in windows that begin at the start of their hops.
func plainSignal(
  length: Int, channels: Int = 0, _ change: (inout SignalConfiguration) -> Void = { _ in }
) throws -> SignalModality {
  var configuration = SignalConfiguration()
  configuration.length = length
  configuration.channels = channels
  configuration.normalize = .none
  configuration.crop = .fixed
  configuration.samplingRate = 100
  change(&configuration)
  return try SignalModality(configuration: configuration)
}

/// 0, 1, 2, …, so that a value tells where it is from.
func ramp(_ count: Int) -> [Float] { (0..<count).map(Float.init) }

/// White noise in ±`amplitude` about `centre`.
func noise(
  _ count: Int, amplitude: Float = 0.5, centre: Float = 0, seed: UInt64 = 1
) -> [Float] {
  var random = SplitMix64(seed: seed)
  return (0..<count).map { _ in
    centre + Float.random(in: -amplitude...amplitude, using: &random)
  }
}

/// A CSV of one column per array.
func csv(_ columns: [(name: String, values: [Float])]) -> String {
  let heading = columns.map(\.name).joined(separator: ",")
  let lines = (columns.first?.values.indices ?? 0..<0).map { row in
    columns.map { "\($0.values[row])" }.joined(separator: ",")
  }
  return ([heading] + lines).joined(separator: "\n") + "\n"
}

/// Why `data` of one bad file among good ones leaves that out, by name.
func reasons(_ data: any DataSet) -> [String: String] {
  Dictionary(data.rejected.map { ($0.name, $0.reason) }) { first, _ in first }
}
