import Tensors
import TestSupport
import Testing

/// Gradients of every differentiable operation that layers use, against central differences in
/// float64.
@Suite("Gradients") struct GradientTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shapes: [[Int]]
    let operation: @Sendable ([Tensor]) throws -> Tensor

    init(
      _ name: String, _ shapes: [Int]...,
      operation: @escaping @Sendable ([Tensor]) throws -> Tensor
    ) {
      (testDescription, self.shapes, self.operation) = (name, shapes, operation)
    }
  }

  static func convolution(
    _ name: String, input: [Int], weight: [Int], stride: [Int] = [1, 1], padding: [Int] = [0, 0],
    dilation: [Int] = [1, 1]
  ) -> Case {
    Case(name, input, weight, [weight[0]]) {
      try $0[0].channelsLast().convolved(
        $0[1], bias: $0[2], stride: stride, padding: padding, dilation: dilation)
    }
  }

  static let cases: [Case] = [
    Case("add, broadcast", [2, 3], [3]) { try $0[0] + $0[1] },
    Case("subtract, broadcast", [2, 1], [3]) { try $0[0] - $0[1] },
    Case("multiply, broadcast", [2, 3], [2, 1]) { try $0[0] * $0[1] },
    Case("divide", [2, 3], [2, 3]) { try $0[0] / ($0[1] * $0[1] + 1) },
    Case("scalars", [4]) { try 3 * ($0[0] + 1) / 7 },
    Case("absolute value", [5]) { try $0[0].abs() },
    Case("square root", [5]) { try ($0[0] * $0[0] + 1).squareRoot() },
    Case("clamp", [6]) { try $0[0].clamped(to: -0.7...0.6) },
    Case("maximum", [5], [5]) { try $0[0].maximum($0[1]) },
    Case("minimum", [5], [5]) { try $0[0].minimum($0[1]) },
    Case("silu", [3, 4]) { try $0[0].silu() },
    Case("softmax", [3, 4]) { try $0[0].softmax(dim: -1) },
    Case("softmax over the first", [3, 4]) { try $0[0].softmax(dim: 0) },
    Case("matmul", [2, 3], [3, 4]) { try $0[0].matmul($0[1]) },
    Case("matmul, batched", [2, 2, 3, 2], [2, 2, 2, 3]) { try $0[0].matmul($0[1]) },
    Case("sum over one", [2, 3, 2]) { try $0[0].sum([1]) },
    Case("mean of all", [2, 3]) { try $0[0].mean() },
    Case("mean over two, kept", [2, 3, 2]) { try $0[0].mean([0, 2], keepDimensions: true) },
    Case("slice", [3, 5]) { try $0[0].sliced(dim: 1, 1..<4) },
    Case("concatenate", [2, 3], [2, 1]) { try .concatenated([$0[0], $0[1], $0[0]], dim: 1) },
    Case("pad", [1, 2, 2, 3]) { try $0[0].paddedAfter([1, 2]) },
    Case("permute and reshape", [2, 3, 4]) { try $0[0].permuted([2, 0, 1]).reshaped([4, 6]) },
    Case("channels last", [2, 3, 2, 2]) { try $0[0].channelsLast() },
    Case("channels last, one channel", [2, 1, 2, 3]) { try $0[0].channelsLast() },
    Case("dtype", [3]) { try $0[0].to(.float64) },
    convolution("convolution 1-D", input: [2, 3, 1, 7], weight: [4, 3, 1, 3], padding: [0, 1]),
    convolution(
      "convolution 1-D, stride 4", input: [1, 2, 1, 12], weight: [3, 2, 1, 8], stride: [1, 4],
      padding: [0, 2]),
    convolution(
      "convolution 1-D, stride 5", input: [1, 2, 1, 10], weight: [3, 2, 1, 9], stride: [1, 5],
      padding: [0, 2]),
    convolution(
      "convolution 1-D, dilation 2", input: [2, 2, 1, 8], weight: [3, 2, 1, 3], padding: [0, 2],
      dilation: [1, 2]),
    convolution("convolution 2-D", input: [1, 2, 4, 3], weight: [2, 2, 3, 3], padding: [1, 1]),
    convolution(
      "convolution 2-D, stride 2, dilation 2", input: [1, 2, 6, 6], weight: [2, 2, 3, 3],
      stride: [2, 2], padding: [2, 2], dilation: [2, 2]),
    convolution("convolution (1, 1)", input: [2, 3, 1, 4], weight: [5, 3, 1, 1]),
    Case("convolution without bias", [1, 2, 1, 5], [2, 2, 1, 3]) {
      try $0[0].convolved(
        $0[1], bias: nil, stride: [1, 1], padding: [0, 1], dilation: [1, 1])
    },
    Case("group norm", [2, 4, 1, 5], [4], [4]) {
      try $0[0].groupNormalized(
        GroupNormalization(groups: 2, weight: $0[1], bias: $0[2], epsilon: 1e-5, silu: false))
    },
    Case("group norm, SiLU", [2, 4, 2, 3], [4], [4]) {
      try $0[0].channelsLast().groupNormalized(
        GroupNormalization(groups: 4, weight: $0[1], bias: $0[2], epsilon: 1e-5, silu: true))
    },
    Case("group norm, FiLM for each item", [2, 4, 1, 5], [4], [4], [2, 8, 1, 1]) {
      try $0[0].groupNormalized(
        GroupNormalization(
          groups: 2, weight: $0[1], bias: $0[2], film: $0[3], epsilon: 1e-5, silu: true))
    },
    Case("group norm, FiLM for all", [2, 4, 1, 5], [4], [4], [1, 8, 1, 1]) {
      try $0[0].groupNormalized(
        GroupNormalization(
          groups: 1, weight: $0[1], bias: $0[2], film: $0[3], epsilon: 1e-5, silu: false))
    },
  ]

  @Test("The gradient is that of central differences", arguments: cases)
  func centralDifferences(_ example: Case) throws {
    let inputs = try example.shapes.enumerated().map {
      try noise($1, seed: UInt64(10 + $0)).requiringGradient()
    }
    // A weighted sum, so that no element's gradient hides behind another's.
    func loss() throws -> Tensor {
      let y = try example.operation(inputs)
      return try (y * noise(y.shape, seed: 99)).sum()
    }
    try loss().backward()
    for (index, input) in inputs.enumerated() {
      let gradient = try #require(input.gradient, "input \(index) got no gradient")
      #expect(gradient.shape == input.shape)
      let found = try gradient.doubles()
      let expected = try withoutGradient { try centralDifferences(of: loss, at: input) }
      expectClose(found, expected, rtol: 1e-6, atol: 1e-7, "input \(index)")
    }
  }

  /// (f(x + h) − f(x − h)) / 2h for each element of `x`, which is changed in place and restored.
  private func centralDifferences(
    of loss: () throws -> Tensor, at x: Tensor
  ) throws -> [Double] {
    let values = try x.doubles()
    let step = 1e-5
    defer { try? x.copy(from: Tensor(values, shape: x.shape)) }
    return try values.indices.map { i in
      func value(_ change: Double) throws -> Double {
        var changed = values
        changed[i] += change
        try x.copy(from: Tensor(changed, shape: x.shape))
        return try loss().item()
      }
      return try (value(step) - value(-step)) / (2 * step)
    }
  }
}
