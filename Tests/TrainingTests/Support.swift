import Core
import Foundation
import Modality
import Networks
import Tensors

@testable import Training

/// Clips of sines of different pitch, `perSource` items to a source.
struct Sines: DataSet {
  var count = 8
  var length = 64
  var perSource = 1
  /// Items that cannot be read, and items that hold NaN.
  var unreadable: Set<Int> = []
  var broken: Set<Int> = []
  let labels: [String] = []
  let rejected: [RejectedInput] = []

  func item(at index: Int, seed: UInt64) throws -> Item {
    if unreadable.contains(index) { throw StirError(.invalidData, "item \(index) is unreadable") }
    var random = SplitMix64(seed: seed)
    let phase = random.uniform()
    let values = (0..<length).map {
      Float(0.5 * sin(0.2 * Double(index % 5 + 1) * (Double($0) + phase)))
    }
    return Item(
      shape: [1, length],
      values: broken.contains(index) ? values.map { _ in .nan } : values)
  }

  func source(of index: Int) -> String { "sine-\(index / perSource)" }
}

/// A network that trains in milliseconds.
func tinyNetwork(seed: UInt64 = 3) throws -> UNet {
  var configuration = UNetConfiguration()
  configuration.width = 8
  configuration.channelMultipliers = [1, 2]
  configuration.downFactors = [4]
  configuration.blocksPerLevel = 1
  configuration.attentionLevels = [1]
  configuration.headWidth = 8
  configuration.groups = 4
  return try UNet(configuration, seed: seed)
}

func tinyConfiguration(
  _ change: (inout TrainingConfiguration) -> Void = { _ in }
) -> RunConfiguration {
  var configuration = RunConfiguration()
  configuration.training.batchSize = 4
  configuration.training.steps = 12
  configuration.training.warmupSteps = 2
  configuration.training.heldOutFraction = 0.2
  configuration.sampling.steps = 3
  change(&configuration.training)
  return configuration
}

func tinyTrainer(
  data: any DataSet = Sines(), _ change: (inout TrainingConfiguration) -> Void = { _ in }
) throws -> Trainer {
  try Trainer(network: tinyNetwork(), data: data, configuration: tinyConfiguration(change))
}

/// Every weight of a trainer's network, in order.
func weights(_ trainer: Trainer) throws -> [[Float]] {
  try trainer.network.parameters.map { try $0.tensor.floats() }
}
