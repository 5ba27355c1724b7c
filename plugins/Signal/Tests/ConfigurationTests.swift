import Modality
import Signal
import TestSupport
import Testing

@Suite struct ConfigurationTests {
  @Test func keysAreThoseOfARecipe() throws {
    let configuration = try SignalConfiguration(
      overriding: .object([
        "sampling_rate": .integer(360), "length": .integer(1_024), "hop": .integer(256),
        "columns": .array([.string("MLII"), .integer(3)]), "events": .string("beats"),
        "condition_columns": .array([.integer(0)]), "gaps": .string("interpolate"),
        "max_gap": .integer(5), "factor": .number(0.005), "unit": .string("mV"),
        "mean": .array([.integer(1), .number(2.5), .integer(0)]),
        "scale": .array([.integer(1), .number(2.5), .integer(3)]),
        "array_order": .string("channels_time"), "container": .string("npy"), "pad": .bool(true),
      ]))
    let signal = try SignalModality(configuration: configuration)
    #expect(signal.layout.shape == [2, 1_024])
    #expect(signal.layout.fault == nil)
    #expect(signal.fileExtension == "npy")
    #expect(signal.conditions.map(\.name) == ["0", "beats"])
    #expect(configuration.columns == ["MLII", 3])
    #expect(configuration.mean == [1, 2.5, 0])
    let tree = try signal.configurationTree()
    #expect(try SignalConfiguration(overriding: tree) == configuration)
  }

  @Test func everyKeyHasHelp() throws {
    let keys = try JSONValue(encoding: SignalConfiguration()).members.map(\.key)
    #expect(SignalConfiguration.help.keys.sorted() == keys)
    #expect(SignalConfiguration.help.values.allSatisfy { $0.count < 120 && !$0.isEmpty })
  }

  @Test func theDefaultsAreAdmitted() throws {
    #expect(try SignalModality(configuration: .init()).layout.shape == [1, 512])
  }

  @Test func unknownKeysAndNamesAreErrors() {
    let key = failure { _ = try SignalConfiguration(overriding: .object(["colums": .null])) }
    #expect(key.message.contains("did you mean columns?"))
    let name = failure {
      _ = try SignalConfiguration(overriding: .object(["gaps": .string("interpolat")]), at: "data")
    }
    #expect(
      name.message.contains("data.gaps") && name.message.contains("did you mean interpolate?"))
    let column = failure {
      _ = try SignalConfiguration(
        overriding: .object(["columns": .array([.integer(1), .bool(true)])]), at: "data")
    }
    #expect(
      column.message == "data.columns.1: expected a column's name, or its number from 0")
  }

  @Test(arguments: [
    ("sampling_rate", JSONValue.number(-1)), ("sampling_rate", .number(1e10)),
    ("length", .integer(0)), ("length", .integer(1 << 40)), ("hop", .integer(-1)),
    ("channels", .integer(-1)), ("channels", .integer(1_025)), ("factor", .integer(0)),
    ("max_gap", .integer(-1)), ("raw_channels", .integer(0)), ("raw_channels", .integer(65_537)),
    ("mean", .array([.integer(1), .integer(2)])), ("scale", .array([.integer(1)])),
    ("columns", .array([.string("a"), .string("a")])), ("columns", .array([.integer(-1)])),
    ("columns", .array([.string("")])), ("condition_columns", .array([.integer(9)])),
    ("condition_columns", .array([.string("beats")])), ("events", .string("../x")),
  ])
  func valuesOutOfRangeAreErrors(key: String, value: JSONValue) throws {
    var tree: [String: JSONValue] = [key: value]
    if key == "condition_columns" { tree["events"] = .string("beats") }
    let configuration = try SignalConfiguration(overriding: .object(tree))
    let found = failure { _ = try SignalModality(configuration: configuration) }
    #expect(found.code == .configuration)
    #expect(found.message.hasPrefix("\(key): expected "), "\(found.message)")
  }

  @Test func channelsAndColumnsAgree() throws {
    let found = failure {
      _ = try plainSignal(length: 1, channels: 3) { $0.columns = ["a", "b"] }
    }
    #expect(found.message == "channels: expected 0 or 2, the number of columns, found 3")
  }
}
