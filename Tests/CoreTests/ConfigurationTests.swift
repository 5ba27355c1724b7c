import Core
import Foundation
import TestSupport
import Testing

private enum Waveform: String, NamedChoice { case sine, square, triangle }

private struct Block: Configuration {
  var width = 32
  var name = "block"
}

private struct Recipe: Configuration {
  var rate = 8_000
  var gain = 1.0
  var isMono = true
  var name = "drums"
  var seed: UInt64 = 0
  var widths = [32, 64]
  var waveform = Waveform.sine
  var block = Block()
  var blocks = [Block()]
  var options: [String: JSONValue] = [:]
}

@Suite("Configuration") struct ConfigurationTests {
  @Test("No overrides leave the defaults", arguments: [JSONValue.object([:]), .null])
  func defaults(_ overrides: JSONValue) throws {
    #expect(try Recipe(overriding: overrides) == Recipe())
  }

  @Test("Overrides replace exactly the keys that they name, at any depth")
  func overlay() throws {
    var expected = Recipe()
    expected.gain = 0.5
    expected.widths = [8]
    expected.waveform = .square
    expected.block.width = 7
    let overrides: JSONValue = .object([
      "gain": .number(0.5), "widths": .array([.integer(8)]), "waveform": .string("square"),
      "block": .object(["width": .integer(7)]),
    ])
    #expect(try Recipe(overriding: overrides) == expected)
  }

  @Test("A section without a value, as YAML reads one, keeps its defaults")
  func emptySection() throws {
    #expect(try Recipe(overriding: .object(["block": .null])).block == Block())
  }

  @Test("An empty table in the defaults takes any key")
  func freeForm() throws {
    let overrides: JSONValue = .object(["options": .object(["anything": .string("goes")])])
    #expect(try Recipe(overriding: overrides).options == ["anything": .string("goes")])
  }

  @Test(
    "An unknown key is an error with the nearest name",
    arguments: [
      (["gian": JSONValue.number(1)], "unknown key gian; did you mean gain?"),
      (["block": .object(["widht": .integer(1)])], "unknown key block.widht; did you mean width?"),
      (["completely_else": .bool(true)], "unknown key completely_else"),
    ])
  func unknownKey(_ overrides: [String: JSONValue], _ message: String) throws {
    let error = try expectError(.configuration) { _ = try Recipe(overriding: .object(overrides)) }
    #expect(error.message == message)
  }

  @Test("The place of the whole object stands before the key")
  func located() throws {
    let error = try expectError(.configuration) {
      _ = try Recipe(overriding: .object(["gian": .number(1)]), at: "audio")
    }
    #expect(error.message == "unknown key audio.gian; did you mean gain?")
  }

  @Test(
    "A value of the wrong type is an error that says where, and what was expected",
    arguments: [
      ("rate", JSONValue.string("fast"), "rate: expected a whole number"),
      ("gain", .string("loud"), "gain: expected a number"),
      ("isMono", .integer(1), "isMono: expected true or false"),
      ("name", .integer(3), "name: expected a text"),
      ("widths", .integer(3), "widths: expected a list"),
      ("block", .integer(3), "block: expected keys and values"),
      ("rate", .null, "rate: expected a whole number"),
    ])
  func wrongType(_ key: String, _ value: JSONValue, _ message: String) throws {
    let error = try expectError(.configuration) {
      _ = try Recipe(overriding: .object([key: value]))
    }
    #expect(error.message == message)
  }

  @Test("A wrong element of a list is named by its place")
  func wrongElement() throws {
    let error = try expectError(.configuration) {
      _ = try Recipe(overriding: .object(["widths": .array([.integer(1), .string("x")])]))
    }
    #expect(error.message.hasPrefix("widths."), "\(error)")
    #expect(error.message.hasSuffix("1: expected a whole number"), "\(error)")
  }

  @Test("An unknown choice lists the admitted ones and the nearest")
  func unknownChoice() throws {
    let error = try expectError(.configuration) {
      _ = try Recipe(overriding: .object(["waveform": .string("sin")]))
    }
    #expect(error.message.contains("waveform"))
    #expect(error.message.contains("sine, square, triangle; did you mean sine?"))
  }

  @Test("Keys and values are expected where the defaults have them")
  func notAnObject() throws {
    let error = try expectError(.configuration) { _ = try Recipe(overriding: .integer(1)) }
    #expect(error.message == "the recipe: expected keys and values")
  }
}

@Suite("Dotted paths") struct DottedPathTests {
  @Test(
    "A value is set in place, or with the objects on its way",
    arguments: [
      ("gain", #"{"block":{"width":3},"gain":9}"#),
      ("block.width", #"{"block":{"width":9},"gain":1}"#),
      ("block.name.first", #"{"block":{"name":{"first":9},"width":3},"gain":1}"#),
      ("new.deep.key", #"{"block":{"width":3},"gain":1,"new":{"deep":{"key":9}}}"#),
      ("gain.inner", #"{"block":{"width":3},"gain":{"inner":9}}"#),
    ])
  func set(_ path: String, _ expected: String) throws {
    var value: JSONValue = .object([
      "gain": .integer(1), "block": .object(["width": .integer(3)]),
    ])
    value.set(.integer(9), at: path.split(separator: "."))
    #expect(try value.text() == expected)
  }

  @Test("An empty path is the value itself")
  func emptyPath() {
    var value = JSONValue.object(["a": .null])
    value.set(.integer(1), at: [])
    #expect(value == .integer(1))
  }
}
