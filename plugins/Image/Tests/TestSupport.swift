import Foundation
import Modality
import TestSupport

@testable import Image

let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .appendingPathComponent("Fixtures")

func fixture(_ name: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: fixtures.appendingPathComponent(name)))
}

/// An image modality of one size.
func images(
  _ width: Int, _ height: Int, channels: Int = 1,
  _ change: (inout ImageConfiguration) -> Void = { _ in }
) throws -> ImageModality {
  var configuration = ImageConfiguration()
  (configuration.width, configuration.height) = (width, height)
  configuration.channels = channels
  change(&configuration)
  return try ImageModality(configuration: configuration)
}

/// The values of an item as bytes.
func bytes(_ values: [Float]) -> [Float] { values.map { ($0 + 1) * 127.5 } }

/// An item of bytes, [channels, height, width].
func item(_ bytes: [UInt8], _ shape: [Int]) -> Item {
  Item(shape: shape, values: bytes.map { Float($0) / 127.5 - 1 })
}

/// Bytes that look like nothing.
func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var random = SplitMix64(seed: seed)
  return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
}

/// An IDX file of bytes.
func idx(_ extents: [Int], _ values: [UInt8], kind: UInt8 = 8) -> Data {
  var data = Data([0, 0, kind, UInt8(extents.count)])
  for extent in extents {
    data.append(contentsOf: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: extent >> $0) })
  }
  return data + values
}

extension TemporaryFolder {
  /// Writes `data` to `name`, making its folders.
  func write(_ data: some Sequence<UInt8>, to name: String) throws {
    try makeFolder(self[name].deletingLastPathComponent())
    try Data(data).write(to: self[name])
  }

  func write(_ text: String, to name: String) throws { try write(text.utf8, to: name) }

  /// Writes a grey image of one value as PNG.
  func writeGrey(_ value: UInt8, to name: String, size: Int = 4) throws {
    let pixels = [UInt8](repeating: value, count: size * size)
    try makeFolder(self[name].deletingLastPathComponent())
    try images(size, size).write(item(pixels, [1, size, size]), to: self[name])
  }

  /// `data` packed by the system's gzip.
  func gzip(_ data: Data, to name: String) throws {
    let plain = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
    try write(data, to: plain)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-nf", self[plain].path]
    try process.run()
    process.waitUntilExit()
  }
}

/// What threads gather.
final class Collected<Value: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var values: [Value] = []
  var all: [Value] { lock.withLock { values } }
  func append(_ value: Value) { lock.withLock { values.append(value) } }
}
