import Modality
import TestSupport
import Testing

@testable import Image

@Suite struct ConfigurationTests {
  @Test func keysAreThoseOfARecipe() throws {
    let configuration = try ImageConfiguration(
      overriding: .object([
        "width": .integer(28), "height": .integer(20), "channels": .integer(1),
        "fit": .string("pad"), "background": .integer(0), "flip": .bool(true),
        "labels": .string("none"),
      ]))
    let modality = try ImageModality(configuration: configuration)
    #expect(modality.layout == Layout(channels: 1, extents: [20, 28]))
    #expect(configuration.flip && configuration.fit == .pad && configuration.labels == .none)
    let tree = try modality.configurationTree()
    #expect(try ImageConfiguration(overriding: tree) == configuration)
  }

  @Test func everyKeyHasHelp() throws {
    let keys = try JSONValue(encoding: ImageConfiguration()).members.map(\.key)
    #expect(ImageConfiguration.help.keys.sorted() == keys)
    #expect(ImageConfiguration.help.values.allSatisfy { !$0.isEmpty })
    #expect(try ModalityKind(ImageModality.self).settings().map(\.key) == keys)
  }

  @Test func unknownKeysAndNamesAreErrors() throws {
    try expectError(.configuration, containing: "did you mean width?") {
      _ = try ImageConfiguration(overriding: .object(["widht": .integer(1)]))
    }
    try expectError(.configuration, containing: "crop, stretch, pad") {
      _ = try ImageConfiguration(overriding: .object(["fit": .string("cover")]))
    }
  }

  @Test(arguments: [
    ("width", 0), ("width", 4097), ("height", -1), ("height", 4097), ("channels", 2),
    ("channels", 0), ("background", -1), ("background", 256),
  ])
  func valuesOutOfRangeAreErrors(key: String, value: Int) throws {
    let configuration = try ImageConfiguration(overriding: .object([key: .integer(value)]))
    try expectError(.configuration, containing: "\(key): expected ", "found \(value)") {
      _ = try ImageModality(configuration: configuration)
    }
  }
}
