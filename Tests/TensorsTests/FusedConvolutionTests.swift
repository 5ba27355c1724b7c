import Tensors
import TestSupport
import Testing

/// The fused kernels against libtorch's own operations in float64.
///
/// Where the processor has no kernels for a type, both sides are libtorch's, in two types.
@Suite("Fused convolution") struct FusedConvolutionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var input: [Int]
    /// Channels of a second input that is joined to the first.
    var joined: Int?
    var outputs: Int
    var kernel: [Int]
    var stride = [1, 1]
    var dilation = [1, 1]
    var groups = 0
    /// The items that FiLM tells apart.
    var film: Int?
    var silu = false
    var residual = false
    var bias = true
    var padding: [Int]?
    var testDescription: String { name }

    var paddings: [Int] {
      padding ?? (0..<2).map { dilation[$0] * (kernel[$0] - stride[$0]) / 2 }
    }
  }

  // Extents below, at and across the 96 positions of a tile; channels at and off the 16 lanes, the
  // 64 columns of a panel; every kind of work before and after.
  static let cases: [Case] = [
    Case(name: "one value", input: [1, 1, 1, 1], outputs: 1, kernel: [1, 1]),
    Case(name: "stem", input: [2, 1, 1, 200], outputs: 32, kernel: [1, 7]),
    Case(name: "stem, folded", input: [2, 5, 1, 97], outputs: 24, kernel: [1, 7]),
    Case(
      name: "block", input: [2, 32, 1, 192], outputs: 32, kernel: [1, 3], groups: 8, film: 2,
      silu: true, residual: true),
    Case(
      name: "block, dilated", input: [3, 64, 1, 100], outputs: 64, kernel: [1, 3],
      dilation: [1, 2], groups: 8, film: 1, silu: true, residual: true),
    Case(
      name: "far dilation", input: [1, 16, 1, 300], outputs: 16, kernel: [1, 3],
      dilation: [1, 64], groups: 4, silu: true),
    Case(
      name: "joined", input: [2, 32, 1, 130], joined: 32, outputs: 32, kernel: [1, 3], groups: 8,
      silu: true),
    Case(
      name: "joined, uneven", input: [2, 48, 1, 33], joined: 20, outputs: 72, kernel: [1, 3],
      groups: 4, film: 2, silu: true),
    Case(name: "skip", input: [2, 32, 1, 70], joined: 32, outputs: 32, kernel: [1, 1]),
    Case(
      name: "down", input: [2, 32, 1, 256], outputs: 64, kernel: [1, 8], stride: [1, 4]),
    Case(
      name: "down by 5", input: [1, 6, 1, 55], outputs: 10, kernel: [1, 9], stride: [1, 5]),
    Case(name: "up", input: [2, 64, 1, 40], outputs: 128, kernel: [1, 3]),
    Case(
      name: "head", input: [2, 64, 1, 129], outputs: 1, kernel: [1, 3], groups: 8, silu: true),
    Case(
      name: "odd channels", input: [2, 7, 1, 50], outputs: 9, kernel: [1, 3], groups: 7,
      silu: true, residual: true, bias: false),
    Case(
      name: "odd channels, dilated", input: [2, 5, 1, 50], outputs: 3, kernel: [1, 3],
      dilation: [1, 3], groups: 1),
    Case(
      name: "image", input: [2, 32, 7, 7], outputs: 32, kernel: [3, 3], groups: 8, film: 2,
      silu: true, residual: true),
    Case(
      name: "image, wide", input: [1, 16, 5, 120], outputs: 40, kernel: [3, 3], groups: 4,
      silu: true),
    Case(
      name: "image, dilated", input: [2, 16, 9, 14], outputs: 16, kernel: [3, 3],
      dilation: [2, 2], groups: 4, silu: true),
    Case(
      name: "image, joined", input: [2, 16, 6, 5], joined: 16, outputs: 16, kernel: [3, 3],
      groups: 8, silu: true),
    Case(
      name: "image, down", input: [2, 16, 14, 14], outputs: 32, kernel: [4, 4], stride: [2, 2]),
    Case(
      name: "image, down by 3", input: [1, 16, 12, 9], outputs: 8, kernel: [5, 5],
      stride: [3, 3]),
    Case(
      name: "normalised, no SiLU", input: [2, 32, 1, 20], outputs: 96, kernel: [1, 1], groups: 8),
    Case(
      name: "no padding", input: [2, 16, 1, 30], outputs: 16, kernel: [1, 5], padding: [0, 0]),
  ]

  struct Outcome {
    var output: Tensor
    var gradients: [(name: String, values: [Double])] = []
  }

  private func run(
    _ example: Case, dtype: DType, reference: Bool, rounded: DType, items: Range<Int>? = nil
  ) throws -> Outcome {
    let channels = example.input[1] + (example.joined ?? 0)
    var leaves: [(name: String, tensor: Tensor)] = []
    func leaf(
      _ name: String, _ shape: [Int], _ seed: UInt64, plus: Double = 0, type: DType,
      channelsLast: Bool = false, scale: Double = 1
    ) throws -> Tensor {
      // Rounded first, so that both types start from the same numbers.
      var value = try (noise(shape, seed: seed) * scale + plus).to(rounded).to(type).detached()
      if let items, shape.count == 4, shape[0] == example.input[0], channelsLast {
        value = try value.sliced(dim: 0, items)
      }
      if channelsLast { value = try value.channelsLast() }
      let leaf = try value.requiringGradient()
      leaves.append((name, leaf))
      return leaf
    }
    // Weights are float32 where the values are bfloat16.
    let weights: DType = dtype == .bfloat16 ? .float32 : dtype
    var inputs = [try leaf("input", example.input, 1, plus: 0.3, type: dtype, channelsLast: true)]
    if let joined = example.joined {
      var shape = example.input
      shape[1] = joined
      inputs.append(try leaf("joined input", shape, 2, plus: -1, type: dtype, channelsLast: true))
    }
    var normalization: GroupNormalization?
    if example.groups > 0 {
      normalization = GroupNormalization(
        groups: example.groups,
        weight: try leaf("norm weight", [channels], 3, plus: 1, type: weights),
        bias: try leaf("norm bias", [channels], 4, type: weights), silu: example.silu)
      if let film = example.film {
        normalization?.film = try leaf("FiLM", [film, 2 * channels, 1, 1], 5, type: weights)
      }
    }
    let (kernel, pads) = (example.kernel, example.paddings)
    let weight = try leaf(
      "weight", [example.outputs, channels] + kernel, 6, type: weights,
      scale: 1 / Double(channels * kernel[0] * kernel[1]).squareRoot())
    let bias = example.bias ? try leaf("bias", [example.outputs], 7, type: weights) : nil
    let extents = (0..<2).map { axis in
      let reach = (kernel[axis] - 1) * example.dilation[axis] + 1
      return (example.input[2 + axis] + 2 * pads[axis] - reach) / example.stride[axis] + 1
    }
    let shape = [example.input[0], example.outputs] + extents
    let residual =
      example.residual
      ? try leaf("residual", shape, 8, type: dtype, channelsLast: true) : nil
    let output = try Tensor.convolution(
      of: inputs, normalization: normalization, weight: weight, bias: bias, stride: example.stride,
      padding: pads, dilation: example.dilation, adding: residual, reference: reference)
    if items == nil {
      try (output.to(weights) * noise(shape, seed: 9).to(rounded).to(weights)).sum().backward()
    }
    return Outcome(
      output: output,
      gradients: try items != nil
        ? [] : leaves.map { ($0.name, try #require($0.tensor.gradient, "\($0.name)").doubles()) })
  }

  /// The root mean square of the difference, relative to that of what is expected.
  private func relativeError(_ found: [Double], _ expected: [Double]) -> Double {
    func square(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 } }
    let difference = zip(found, expected).map { $0 - $1 }
    return (square(difference) / max(1e-30, square(expected))).squareRoot()
  }

  @Test("float32: output and gradients are those of float64", arguments: cases)
  func float32(_ example: Case) throws {
    let expected = try run(example, dtype: .float64, reference: true, rounded: .float32)
    let found = try run(example, dtype: .float32, reference: false, rounded: .float32)
    #expect(found.output.shape == expected.output.shape && found.output.isChannelsLast)
    #expect(
      try relativeError(found.output.doubles(), expected.output.doubles()) < 1e-6, "output")
    for (found, expected) in zip(found.gradients, expected.gradients) {
      #expect(
        relativeError(found.values, expected.values) < 3e-6, "gradient of \(found.name)")
    }
  }

  @Test(
    "bfloat16: output and gradients are those of float64 to bfloat16's 8 bits", arguments: cases)
  func bfloat16(_ example: Case) throws {
    let expected = try run(example, dtype: .float64, reference: true, rounded: .bfloat16)
    let found = try run(example, dtype: .bfloat16, reference: false, rounded: .bfloat16)
    #expect(found.output.dtype == .bfloat16)
    #expect(
      try relativeError(found.output.doubles(), expected.output.doubles()) < 6e-3, "output")
    for (found, expected) in zip(found.gradients, expected.gradients) {
      #expect(
        relativeError(found.values, expected.values) < 1.5e-2, "gradient of \(found.name)")
    }
  }

  @Test("A normalisation gets its gradients where its input needs none")
  func gradientsOfTheNormalisationAlone() throws {
    func gradients(_ dtype: DType, reference: Bool) throws -> [[Double]] {
      let x = try noise([2, 16, 1, 40], seed: 1).to(dtype).channelsLast()
      let leaves = try [[16], [16], [8, 16, 1, 3]].enumerated().map {
        try noise($1, seed: UInt64(2 + $0)).to(dtype).detached().requiringGradient()
      }
      try Tensor.convolution(
        of: [x],
        normalization: GroupNormalization(
          groups: 4, weight: leaves[0], bias: leaves[1], silu: true),
        weight: leaves[2], bias: nil, stride: [1, 1], padding: [0, 1], dilation: [1, 1],
        reference: reference
      ).abs().sum().backward()
      return try leaves.map { try #require($0.gradient).doubles() }
    }
    let expected = try gradients(.float64, reference: true)
    for (found, expected) in try zip(gradients(.float32, reference: false), expected) {
      #expect(relativeError(found, expected) < 1e-5)
    }
  }

  @Test("What was measured of a tensor is forgotten when it changes")
  func momentsFollowTheValues() throws {
    let x = try noise([1, 16, 1, 40], seed: 1).to(.float32).channelsLast()
    let weight = try noise([16, 16, 1, 1], seed: 2).to(.float32)
    let ones = try Tensor.full(1, shape: [16])
    func convolve(_ x: Tensor) throws -> Tensor {
      try .convolution(
        of: [x], normalization: GroupNormalization(groups: 4, weight: ones, bias: ones),
        weight: weight, bias: nil, stride: [1, 1], padding: [0, 0], dilation: [1, 1])
    }
    let y = try convolve(x)
    let before = try convolve(y).floats()
    try y.copy(from: x * 3 + 1)
    let after = try convolve(y).floats()
    #expect(try after == convolve((x * 3 + 1).channelsLast()).floats())
    #expect(after != before)
  }

  @Test("An item comes out the same bits alone and among others", arguments: cases)
  func batchIndependence(_ example: Case) throws {
    guard example.film != example.input[0] || example.input[0] == 1 else { return }
    for dtype in [DType.float32, .bfloat16] {
      let all = try run(example, dtype: dtype, reference: false, rounded: .bfloat16).output
      for item in 0..<example.input[0] {
        let one = try run(
          example, dtype: dtype, reference: false, rounded: .bfloat16, items: item..<(item + 1)
        ).output
        let expected = try all.sliced(dim: 0, item..<(item + 1))
        #expect(try one.floats() == expected.floats(), "item \(item)")
      }
    }
  }
}
