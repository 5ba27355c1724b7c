import Foundation
import Tensors
import TestSupport
import Testing

/// The float32 channels-last kernel against libtorch's own operations in float64.
@Suite("Fused group norm") struct FusedGroupNormTests {
  struct Case: Sendable {
    var shape: [Int]
    var groups: Int
    /// The items that FiLM tells apart, or nil for none.
    var film: Int?
    var silu: Bool
  }

  // Rows below, at and across the 64 that one chunk holds; channels off the vector width.
  static let cases: [Case] = [
    Case(shape: [1, 2, 1, 1], groups: 1, film: nil, silu: false),
    Case(shape: [2, 8, 1, 64], groups: 4, film: 2, silu: true),
    Case(shape: [3, 6, 1, 65], groups: 3, film: 1, silu: true),
    Case(shape: [2, 20, 1, 200], groups: 4, film: 2, silu: false),
    Case(shape: [4, 7, 9, 11], groups: 7, film: nil, silu: true),
    Case(shape: [2, 32, 16, 16], groups: 8, film: 2, silu: true),
    Case(shape: [5, 40, 1, 3], groups: 1, film: 5, silu: true),
  ]

  /// The output and the gradients of input, weight, bias and FiLM, in float64.
  private func run(
    _ example: Case, dtype: DType, channelsLast: Bool, offset: Double = 0
  ) throws -> (output: Tensor, gradients: [[Double]]) {
    let channels = example.shape[1]
    func leaf(_ shape: [Int], _ seed: UInt64, plus: Double = 0) throws -> Tensor {
      // Rounded to float32 first, so that both types start from the same numbers.
      try (noise(shape, seed: seed) + plus).to(.float32).to(dtype).detached()
    }
    var input = try leaf(example.shape, 1, plus: offset)
    if channelsLast { input = try input.channelsLast() }
    var leaves = try [input, leaf([channels], 2, plus: 1), leaf([channels], 3)]
    if let items = example.film { leaves.append(try leaf([items, 2 * channels, 1, 1], 4)) }
    leaves = try leaves.map { try $0.requiringGradient() }
    let output = try leaves[0].groupNormalized(
      GroupNormalization(
        groups: example.groups, weight: leaves[1], bias: leaves[2],
        film: example.film == nil ? nil : leaves[3], epsilon: 1e-5, silu: example.silu))
    try (output * leaf(output.shape, 5)).sum().backward()
    return (output, try leaves.map { try #require($0.gradient).doubles() })
  }

  @Test("Output and gradients are those of float64 to float32's precision", arguments: cases)
  func againstReference(_ example: Case) throws {
    let expected = try run(example, dtype: .float64, channelsLast: false)
    let fused = try run(example, dtype: .float32, channelsLast: true)
    #expect(fused.output.isChannelsLast)
    expectClose(
      try fused.output.doubles(), try expected.output.doubles(), rtol: 1e-5, atol: 1e-5, "output")
    let names = ["input", "weight", "bias", "FiLM"]
    for (name, (found, expected)) in zip(names, zip(fused.gradients, expected.gradients)) {
      let scale = expected.map { abs($0) }.max() ?? 1
      expectClose(found, expected, rtol: 1e-4, atol: 1e-5 * max(1, scale), "gradient of \(name)")
    }
  }

  @Test("A mean far above the deviation costs little precision")
  func largeMean() throws {
    let example = Case(shape: [2, 8, 1, 100], groups: 2, film: nil, silu: false)
    let expected = try run(example, dtype: .float64, channelsLast: false, offset: 1_000)
    let fused = try run(example, dtype: .float32, channelsLast: true, offset: 1_000)
    expectClose(
      try fused.output.doubles(), try expected.output.doubles(), rtol: 0, atol: 1e-3, "output")
  }

  @Test("An item comes out the same bits alone and among others", arguments: cases)
  func batchIndependence(_ example: Case) throws {
    let channels = example.shape[1]
    let x = try noise(example.shape, seed: 1).to(.float32).channelsLast()
    let weight = try noise([channels], seed: 2).to(.float32)
    func normalize(_ x: Tensor) throws -> Tensor {
      try x.groupNormalized(
        GroupNormalization(
          groups: example.groups, weight: weight, bias: weight, epsilon: 1e-5, silu: example.silu))
    }
    let all = try normalize(x)
    for item in 0..<example.shape[0] {
      let one = try normalize(x.sliced(dim: 0, item..<(item + 1)))
      #expect(try one.floats() == all.sliced(dim: 0, item..<(item + 1)).floats(), "item \(item)")
    }
  }

  @Test("SiLU is right over the whole range of floats")
  func siluRange() throws {
    // Two rows ±1 normalise to themselves (but for epsilon); the weight spreads them.
    let values: [Float] = [1e-6, 0.1, 1, 5, 20, 80, 100, 1_000, 1e30]
    let channels = values.count
    let x = try Tensor(
      [Float](repeating: 1, count: channels) + [Float](repeating: -1, count: channels),
      shape: [1, 2, 1, channels]
    ).permuted([0, 3, 2, 1]).channelsLast()
    let y = try x.groupNormalized(
      GroupNormalization(
        groups: channels, weight: Tensor(values, shape: [channels]), bias: .zeros([channels]),
        epsilon: 0, silu: true
      )
    ).doubles()
    for (i, value) in values.enumerated() {
      let z = Double(value)
      expectClose(
        [y[2 * i], y[2 * i + 1]], [z / (1 + exp(-z)), -z / (1 + exp(z))], rtol: 1e-6, atol: 1e-6)
    }
  }

  @Test("Not a number stays in its own item")
  func notANumber() throws {
    var values = [Float](repeating: 0, count: 2 * 4 * 8).indices.map { Float($0 % 5) }
    values[3] = .nan
    let x = try Tensor(values, shape: [2, 4, 1, 8]).channelsLast()
    let ones = try Tensor.full(1, shape: [4])
    let y = try x.groupNormalized(
      GroupNormalization(groups: 1, weight: ones, bias: ones, epsilon: 1e-5, silu: true))
    let found = try y.floats()
    #expect(found.prefix(32).allSatisfy { $0.isNaN })
    #expect(found.suffix(32).allSatisfy { $0.isFinite })
  }
}
