import Core
import Testing

@testable import Networks
@testable import Tensors

/// A U-Net of a few hundred weights with everything in it: two levels, attention, a skip.
func tinyConfiguration(
  rank: Int = 1, _ change: (inout UNetConfiguration) -> Void = { _ in }
) -> UNetConfiguration {
  var configuration = UNetConfiguration()
  configuration.rank = rank
  configuration.width = 4
  configuration.channelMultipliers = [1, 2]
  configuration.downFactors = [2]
  configuration.blocksPerLevel = 1
  configuration.attentionLevels = [1]
  configuration.headWidth = 4
  configuration.groups = 2
  change(&configuration)
  return configuration
}

/// Adds normal numbers to every parameter, so that none of those that start at zero hides a fault.
func perturb(_ module: some Module, by scale: Double = 0.3, seed: UInt64 = 17) throws {
  for (index, parameter) in module.parameters.enumerated() {
    let tensor = parameter.tensor
    let change = try RandomSource(seed: seed, item: index).normal(tensor.shape).to(tensor.dtype)
    try withoutGradient { try tensor.copy(from: tensor + change * scale) }
  }
}

/// Normal values that depend on `seed` and the shape alone.
func noise(_ shape: [Int], seed: UInt64 = 0, dtype: DType = .float64) throws -> Tensor {
  try RandomSource(seed: seed, item: 0).normal(shape).to(dtype)
}
