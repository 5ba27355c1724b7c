import Core
import Foundation
import TestSupport
import Testing

@testable import Networks

@Suite("U-Net configuration") struct UNetConfigurationTests {
  /// A change that makes the configuration one that is not admitted, and what is said of it.
  struct Fault: Sendable, CustomTestStringConvertible {
    let message: String
    let change: @Sendable (inout UNetConfiguration) -> Void
    var testDescription: String { message }

    init(_ message: String, _ change: @escaping @Sendable (inout UNetConfiguration) -> Void) {
      (self.message, self.change) = (message, change)
    }
  }

  static let atLeastOne = "are at least 1 and at most 65536"
  static let faults: [Fault] = [
    Fault("rank is 0") { $0.rank = 0 },
    Fault("rank is 3") { $0.rank = 3 },
    Fault("channel_multipliers need") { $0.channelMultipliers = [] },
    Fault("4 channel_multipliers need 3 down_factors, found 2") { $0.downFactors = [2, 2] },
    Fault("4 channel_multipliers need 3 down_factors, found 4") { $0.downFactors = [2, 2, 2, 2] },
    Fault(atLeastOne) { $0.inputChannels = 0 },
    Fault(atLeastOne) { $0.width = 0 },
    Fault(atLeastOne) { $0.width = -4 },
    Fault(atLeastOne) { $0.width = .max },
    Fault(atLeastOne) { $0.patch = 0 },
    Fault(atLeastOne) { $0.blocksPerLevel = 0 },
    Fault(atLeastOne) { $0.headWidth = 0 },
    Fault(atLeastOne) { $0.groups = 0 },
    Fault(atLeastOne) { $0.channelMultipliers = [1, 2, 0, 8] },
    Fault(atLeastOne) { $0.dilations = [1, 0] },
    Fault(atLeastOne) { $0.dilations = [] },
    Fault("down_factors are from 2 to 64, found [4, 1, 4]") { $0.downFactors = [4, 1, 4] },
    Fault("down_factors are from 2 to 64, found [4, 65, 4]") { $0.downFactors = [4, 65, 4] },
    Fault("attention_levels [4] name a level that is not there") { $0.attentionLevels = [4] },
    Fault("attention_levels [0, -1] name a level that is not there") {
      $0.attentionLevels = [0, -1]
    },
    Fault("at most 1048576 is admitted") {
      $0.channelMultipliers = [Int](repeating: 1, count: 12)
      $0.downFactors = [Int](repeating: 64, count: 11)
    },
  ]

  @Test("What does not go together is refused in a sentence", arguments: faults)
  func refused(_ fault: Fault) throws {
    var configuration = UNetConfiguration()
    fault.change(&configuration)
    let error = try expectError(.configuration, containing: fault.message) {
      _ = try UNet(configuration)
    }
    #expect(error.message.hasPrefix("network: "))
  }

  @Test("The default is admitted, and its parts go together")
  func defaults() throws {
    let configuration = UNetConfiguration.small
    #expect(configuration.admittedMultiple == 64)
    try configuration.validate()
    var one = UNetConfiguration()
    (one.channelMultipliers, one.downFactors, one.attentionLevels) = ([2], [], [])
    try one.validate()
    #expect(one.admittedMultiple == 1)
  }

  @Test("The keys of a recipe, and the way through JSON and back")
  func coding() throws {
    let json = try JSONValue(encoding: UNetConfiguration.small)
    guard case .object(let members) = json else { throw CocoaError(.coderInvalidValue) }
    #expect(
      members.keys.sorted() == [
        "attention_head_dim", "attention_levels", "blocks_per_level", "channel_multipliers",
        "dilations", "down_factors", "in_channels", "norm_num_groups", "num_class_embeds",
        "out_channels",
        "patch", "rank", "stft_window", "width",
      ])
    var configuration = tinyConfiguration(rank: 2)
    configuration.dilations = [1, 2, 4]
    let again: UNetConfiguration = try JSONValue(encoding: configuration).decoded()
    #expect(again == configuration)
  }

  @Test("A network of one level, and one of three attentions, are built and run")
  func shapes() throws {
    let one = tinyConfiguration {
      ($0.channelMultipliers, $0.downFactors, $0.attentionLevels) = ([1], [], [0])
    }
    #expect(
      try UNet(one)(noise([1, 1, 5], dtype: .float32), noiseLevels: [0.5]).shape == [1, 1, 5])
    let all = tinyConfiguration {
      $0.channelMultipliers = [1, 3, 2]
      $0.downFactors = [2, 5]
      $0.attentionLevels = [0, 1, 2]
    }
    #expect(
      try UNet(all)(noise([1, 1, 20], dtype: .float32), noiseLevels: [0.5]).shape == [1, 1, 20])
  }
}
