import Core
import Foundation
import Testing

@Suite("JSONValue") struct JSONValueTests {
  static let samples: [JSONValue] = [
    .null, .bool(true), .bool(false), .integer(0), .integer(-3), .integer(.max), .integer(.min),
    .number(0.1), .number(-1.5e-300), .number(1e300), .string(""), .string("true"), .string("1"),
    .string("null"), .string("é \u{1F941} \" \\ / \n \u{0}"), .array([]), .object([:]),
    .array([.null, .integer(1), .array([.string("x")])]),
    .object(["a": .null, "b": .object(["": .array([.bool(false)])])]),
  ]

  @Test("A value survives its own text", arguments: samples)
  func roundTrip(_ value: JSONValue) throws {
    for pretty in [false, true] {
      let text = try value.text(pretty: pretty)
      #expect(try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) == value)
    }
    #expect(try JSONValue(encoding: value) == value)
    #expect(try value.decoded(as: JSONValue.self) == value)
  }

  @Test(
    "Text is read as the narrowest kind",
    arguments: [
      ("null", JSONValue.null), ("true", .bool(true)), ("1", .integer(1)), ("0", .integer(0)),
      ("1.5", .number(1.5)), ("1e3", .integer(1000)), ("\"1\"", .string("1")),
    ])
  func kinds(_ text: String, _ expected: JSONValue) throws {
    #expect(try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) == expected)
  }

  @Test("Text has sorted keys and plain slashes, on one line unless pretty")
  func text() throws {
    let value: JSONValue = .object(["b": .string("a/b"), "a": .integer(1)])
    #expect(try value.text() == #"{"a":1,"b":"a/b"}"#)
    #expect(try value.text(pretty: true).split(separator: "\n").count == 4)
  }

  @Test("A number that JSON cannot hold is an error", arguments: [Double.nan, .infinity])
  func notFinite(_ number: Double) {
    #expect(throws: (any Error).self) { try JSONValue.number(number).text() }
  }

  @Test("Any Encodable value becomes a tree, and comes back")
  func encoding() throws {
    struct Point: Codable, Equatable {
      var x = 1
      var y = [0.25, 2.5]
      var name: String? = "p"
    }
    let tree = try JSONValue(encoding: Point())
    #expect(tree["x"] == .integer(1))
    #expect(tree["y"] == .array([.number(0.25), .number(2.5)]))
    #expect(tree["z"] == nil)
    #expect(JSONValue.integer(1)["x"] == nil)
    #expect(try tree.decoded(as: Point.self) == Point())
  }

  @Test("Doubles keep every bit")
  func exactDoubles() throws {
    var random = SplitMix64(seed: 11)
    for _ in 0..<1_000 {
      let number = Double(bitPattern: random.next())
      guard number.isFinite, number != number.rounded() else { continue }
      #expect(try JSONValue.number(number).decoded(as: Double.self) == number)
    }
  }
}
