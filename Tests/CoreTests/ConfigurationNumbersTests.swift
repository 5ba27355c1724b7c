import Core
import Foundation
import TestSupport
import Testing

private struct Block: Configuration {
  var width = 1
}

private struct Numbers: Configuration {
  var rate = 8
  var seed: UInt64 = 0
  var level: Float = 0.5
  var block = Block()
  var blocks = [Block()]
}

@Suite("Numbers that do not fit") struct ConfigurationNumbersTests {
  @Test(
    "A number that its type cannot hold is named by its place",
    arguments: [
      (["rate": JSONValue.number(1.5)], "rate: 1.5"), (["seed": .integer(-1)], "seed: -1"),
      (["level": .number(1e300)], "level: 1e+300"),
      (["rate": .integer(2), "block": .object(["width": .number(0.5)])], "block.width: 0.5"),
    ])
  func unfit(_ overrides: [String: JSONValue], _ start: String) throws {
    let error = try expectError(.configuration) { _ = try Numbers(overriding: .object(overrides)) }
    #expect(error.message == "\(start) is not a number that fits here")
    let placed = try expectError(.configuration) {
      _ = try Numbers(overriding: .object(overrides), at: "data")
    }
    #expect(placed.message == "data.\(error.message)")
  }

  @Test("A whole number may be written with a decimal point")
  func whole() throws {
    #expect(try Numbers(overriding: .object(["rate": .number(16)])).rate == 16)
  }

  @Test("A number where keys and values belong is said to be one, in a list too")
  func notAnObject() throws {
    let error = try expectError(.configuration) {
      _ = try Numbers(overriding: .object(["blocks": .array([.integer(3)])]))
    }
    #expect(error.message.hasSuffix("0: expected keys and values"), "\(error)")
  }

  @Test("What the body of a piecewise write throws comes out as it is")
  func bodyError() async throws {
    try await withTemporaryFolder { folder in
      #expect(throws: CancellationError.self) {
        try writeAtomically(
          to: folder.appendingPathComponent("a.bin"), pieces: { _ in throw CancellationError() })
      }
      let left = try names(in: folder)
      #expect(left.isEmpty)
    }
  }

  @Test("The system's reason stands in the sentence")
  func reasons() async throws {
    try await withTemporaryFolder { folder in
      try Data().write(to: folder.appendingPathComponent("plain"))
      let error = try expectError(.unwritableOutput) {
        try makeFolder(folder.appendingPathComponent("plain/inside"))
      }
      #expect(error.message.hasSuffix(": Not a directory"), "\(error)")
    }
  }
}
