import CStirPlugin
import Foundation
import TestSupport
import Testing

@testable import PluginKit

/// A Swift modality through the C table and back: what comes out is what went in.
@Suite struct TableTests {
  private let folder: TemporaryFolder
  private let library: PluginLibrary
  private let direct: Floats

  init() throws {
    folder = try TemporaryFolder()
    library = PluginLibrary(table: exportedPlugin(Floats.self), folder: folder.url)
    direct = try Floats(configuration: Floats.Settings())
    for number in 0..<4 {
      let values = (0..<48).map { sin(0.1 * Float($0 * (number + 1))) }
      try direct.write(Item(shape: [1, 48], values: values), to: folder["data/\(number).txt"])
    }
    try Data("1\n2\n".utf8).write(to: folder["data/short.txt"])
  }

  private func loaded(_ configuration: [String: JSONValue] = [:]) throws -> LoadedModality {
    try LoadedModality(library, configuration: .object(configuration))
  }

  @Test func descriptionsAreThose() throws {
    let loaded = try loaded()
    #expect(loaded.identifier == "floats" && loaded.version == "3")
    #expect(loaded.layout == direct.layout && loaded.conditions == direct.conditions)
    #expect(loaded.fileExtension == "txt" && loaded.tolerance == direct.tolerance)
    #expect(try loaded.configurationTree() == direct.configurationTree())
  }

  @Test func itemsAreThose() throws {
    let (a, b) = (try loaded().dataset(at: folder["data"]), try direct.dataset(at: folder["data"]))
    #expect(a.count == b.count && a.labels == b.labels && a.rejected == b.rejected)
    #expect(a.rejected.map(\.name) == ["short.txt"])
    for index in 0..<a.count {
      #expect(try a.item(at: index, seed: 3) == b.item(at: index, seed: 3))
      #expect(a.source(of: index) == b.source(of: index))
    }
  }

  @Test func resultsOfItemsAreThose() throws {
    let loaded = try loaded()
    let data = try direct.dataset(at: folder["data"])
    let item = try data.item(at: 2, seed: 0)
    #expect(try loaded.features(of: item) == direct.features(of: item))
    #expect(try loaded.preview(item) == direct.preview(item))
    #expect(
      try loaded.metrics(of: [item, item], against: [item])
        == direct.metrics(of: [item, item], against: [item]))
    #expect(try loaded.inspect(at: folder["data"]).text == direct.inspect(at: folder["data"]).text)
    try loaded.write(item, to: folder["through.txt"])
    try direct.write(item, to: folder["direct.txt"])
    #expect(
      try Data(contentsOf: folder["through.txt"]) == Data(contentsOf: folder["direct.txt"]))
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(left.sorted() == ["data", "direct.txt", "through.txt"])
  }

  @Test func configurationsKeepTheirTypes() throws {
    let values: [String: JSONValue] = [
      "length": .integer(64), "gain": .number(0.25), "word": .string("12"),
    ]
    #expect(try loaded(values).configurationTree()["word"] == .string("12"))
    #expect(try loaded(values).layout.extents == [64])
    try expectError(.configuration, containing: "lenght", "did you mean length") {
      _ = try loaded(["lenght": .integer(64)])
    }
    try expectError(.configuration, containing: "multiple of 4") {
      _ = try loaded(["length": .integer(63)])
    }
    try expectError(.configuration, containing: "length", "whole number") {
      _ = try loaded(["length": .string("many")])
    }
  }

  @Test func fittingCrosses() throws {
    let loaded = try loaded()
    let fitted = try loaded.fitted(to: loaded.dataset(at: folder["data"]))
    #expect(fitted.configurationTree()["word"] == .string("fitted to 4"))
  }

  @Test func errorsKeepTheirCodeAndSentence() throws {
    let loaded = try loaded()
    try expectError(.missingInput, containing: "nowhere") {
      _ = try loaded.dataset(at: folder["nowhere"])
    }
    try expectError(.unwritableOutput, containing: "plain file") {
      try loaded.write(
        Item(shape: [1, 48], values: Array(repeating: 0, count: 48)), to: folder["data"])
    }
    try expectError(.invalidData, containing: "multiple of 4") {
      try loaded.write(Item(shape: [1, 3], values: [0, 0, 0]), to: folder["x.txt"])
    }
  }

  @Test func progressStopsTheReading() throws {
    struct Enough: Error {}
    var seen: [Int] = []
    #expect(throws: Enough.self) {
      _ = try loaded().dataset(at: folder["data"]) { done, total in
        seen.append(done)
        #expect(total == 5)
        if done == 2 { throw Enough() }
      }
    }
    #expect(seen == [1, 2])
  }

  @Test func longTextsGetTheRoomThatTheyAskFor() throws {
    let long = String(repeating: "é", count: 40_000)
    let text = try library.text("a function") { text, _ in
      text.pointee.give(long)
      return 0
    }
    #expect(text == long)
    var error = stir_error()
    error.set(long)
    #expect(error.sentence == String(repeating: "é", count: 511))
    #expect(throws: StirError.self) {
      _ = try library.text("a function") { text, _ in
        text.pointee.count = text.pointee.capacity + 1
        return 0
      }
    }
  }

  @Test(arguments: [-64, -1, 32, 95])
  func marksTellAWriteOutside(at offset: Int) throws {
    let buffer = GuardedBuffer(count: 8, filledWith: Float(0))
    try buffer.requireIntact("value", after: "f")
    (UnsafeMutableRawPointer(buffer.elements) + offset).storeBytes(of: 0xEE, as: UInt8.self)
    try expectError(.bufferOverrun, containing: offset < 0 ? "before the start" : "past the end") {
      try buffer.requireIntact("value", after: "f")
    }
  }
}
