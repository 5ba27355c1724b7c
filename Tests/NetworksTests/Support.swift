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

/// Expects each of `found` within `atol + rtol·|expected|` of its counterpart.
func expectClose(
  _ found: [Double], _ expected: [Double], rtol: Double = 1e-10, atol: Double = 1e-10,
  _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  guard found.count == expected.count else {
    Issue.record(
      "\(found.count) values, expected \(expected.count)", sourceLocation: sourceLocation)
    return
  }
  // Written so that a NaN is a failure.
  let wrong = found.indices.filter {
    !(abs(found[$0] - expected[$0]) <= atol + rtol * abs(expected[$0]))
  }
  guard let first = wrong.first else { return }
  Issue.record(
    """
    \(comment.map { "\($0): " } ?? "")\(wrong.count) of \(found.count) values differ, first at \
    \(first): \(found[first]), expected \(expected[first])
    """, sourceLocation: sourceLocation)
}

/// The error of `body`, which must be a `StirError` of `code` that says `part`.
@discardableResult
func expectError(
  _ code: StirError.Code, containing part: String,
  sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) throws -> StirError {
  let error = try #require(
    throws: StirError.self, sourceLocation: sourceLocation, performing: body)
  #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
  #expect(error.message.contains(part), "\(error)", sourceLocation: sourceLocation)
  return error
}
