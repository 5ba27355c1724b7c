import Audio
import Modality
import TestSupport
import Testing

@Suite struct ConfigurationTests {
  @Test func keysAreThoseOfARecipe() throws {
    let configuration = try AudioConfiguration(
      overriding: .object([
        "sample_rate": .integer(8_000), "length": .integer(8_192), "silence_db": .number(-50),
        "normalize": .string("dataset"), "labels": .string("name"), "subtype": .string("pcm24"),
        "crop": .string("start"), "container": .string("flac"), "channels": .integer(2),
      ]))
    let audio = try AudioModality(configuration: configuration)
    #expect(audio.layout.shape == [2, 8_192])
    #expect(audio.fileExtension == "flac")
    #expect(configuration.silenceDecibels == -50)
    #expect(configuration.normalize == .dataset)
    #expect(configuration.typicalScale == 0)
    let tree = try audio.configurationTree()
    #expect(try AudioConfiguration(overriding: tree) == configuration)
  }

  @Test func unknownKeysAndNamesAreErrors() {
    let key = failure { _ = try AudioConfiguration(overriding: .object(["sample_rat": .null])) }
    #expect(key.message.contains("did you mean sample_rate?"))
    let name = failure {
      _ = try AudioConfiguration(overriding: .object(["normalize": .string("clips")]))
    }
    #expect(name.message.contains("did you mean clip?"))
  }

  @Test(arguments: [
    ("sample_rate", JSONValue.integer(0)), ("sample_rate", .integer(2_000_000)),
    ("length", .integer(0)), ("length", .integer(1 << 40)), ("channels", .integer(0)),
    ("channels", .integer(65)), ("typical_scale", .number(-1)), ("silence_db", .number(1)),
  ])
  func valuesOutOfRangeAreErrors(key: String, value: JSONValue) throws {
    let configuration = try AudioConfiguration(overriding: .object([key: value]))
    let found = failure { _ = try AudioModality(configuration: configuration) }
    #expect(found.code == .configuration)
    #expect(found.message.hasPrefix("\(key): expected "))
  }

  @Test func flacHoldsNoFloats() {
    let found = failure {
      var configuration = AudioConfiguration()
      configuration.container = .flac
      configuration.subtype = .float
      _ = try AudioModality(configuration: configuration)
    }
    #expect(found.message.hasPrefix("subtype: expected pcm16 or pcm24"))
  }
}
