import Tensors
import TestSupport
import Testing

@Suite("Errors of the engine") struct EngineErrorTests {
  /// An operation on a [2, 3] tensor that cannot be done, and what its message says.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let message: String
    let body: @Sendable (Tensor) throws -> Void

    init(_ name: String, _ message: String, _ body: @escaping @Sendable (Tensor) throws -> Void) {
      (testDescription, self.message, self.body) = (name, message, body)
    }
  }

  static func image(_ shape: [Int] = [1, 4, 1, 8]) throws -> Tensor { try .zeros(shape) }

  static func convolve(
    _ weight: [Int], bias: [Int]? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1
  ) throws {
    _ = try image().convolved(
      image(weight), bias: bias.map { try Tensor.zeros($0) }, stride: [1, stride],
      padding: [0, padding], dilation: [1, dilation])
  }

  static func normalize(groups: Int, channels: Int) throws {
    let weight = try Tensor.zeros([channels])
    _ = try image().groupNormalized(
      GroupNormalization(groups: groups, weight: weight, bias: weight, epsilon: 1e-5, silu: false))
  }

  static let cases: [Case] = [
    Case("+", "must match") { _ = try $0 + .zeros([4]) },
    Case("-", "must match") { _ = try $0 - .zeros([4]) },
    Case("*", "must match") { _ = try $0 * .zeros([4]) },
    Case("/", "must match") { _ = try $0 / .zeros([4]) },
    Case("maximum", "must match") { _ = try $0.maximum(.zeros([4])) },
    Case("minimum", "must match") { _ = try $0.minimum(.zeros([4])) },
    Case("matmul", "cannot be multiplied (2x3 and 2x3)") { _ = try $0.matmul($0) },
    Case("sum", "out of range") { _ = try $0.sum([2]) },
    Case("mean", "out of range") { _ = try $0.mean([-3]) },
    Case("mean of whole numbers", "dtype") { _ = try $0.to(.int64).mean() },
    Case("quantile", "range [0, 1]") { _ = try $0.quantile(1.5, dim: 0) },
    Case("softmax", "out of range") { _ = try $0.softmax(dim: 2) },
    Case("reshape", "invalid for input of size 6") { _ = try $0.reshaped([4]) },
    Case("reshape, two unknowns", "one dimension") { _ = try $0.reshaped([-1, -1]) },
    Case("permute, one twice", "duplicate") { _ = try $0.permuted([0, 0]) },
    Case("permute, one missing", "dimensions") { _ = try $0.permuted([0]) },
    Case("concatenate, none", "non-empty") { _ in _ = try Tensor.concatenated([], dim: 0) },
    Case("concatenate, ranks", "same number of dimensions") {
      _ = try Tensor.concatenated([$0, .zeros([2])], dim: 0)
    },
    Case("concatenate, shapes", "Sizes of tensors must match") {
      _ = try Tensor.concatenated([$0, .zeros([3, 2])], dim: 0)
    },
    Case("pad", "pad") { _ = try $0.paddedAfter([1, 1, 1]) },
    Case("channels last", "rank 4") { _ = try $0.channelsLast() },
    Case("convolution, channels", "4 channels") { _ in try convolve([2, 3, 1, 3]) },
    Case("convolution, kernel", "reaches over 9 positions") { _ in try convolve([2, 4, 1, 9]) },
    Case("convolution, stride", "stride") { _ in try convolve([2, 4, 1, 3], stride: 0) },
    Case("convolution, padding", "padding") { _ in try convolve([2, 4, 1, 3], padding: -1) },
    Case("convolution, dilation", "dilation") { _ in try convolve([2, 4, 1, 3], dilation: 0) },
    Case("convolution, bias", "bias") { _ in try convolve([2, 4, 1, 3], bias: [5]) },
    Case("convolution, rank", "the shape [2, 3], expected [batch") {
      _ = try $0.convolved(
        image([2, 4, 1, 3]), bias: nil, stride: [1, 1], padding: [0, 0], dilation: [1, 1])
    },
    Case("convolution, residual", "a residual of shape [1, 2, 1, 9]") { _ in
      _ = try Tensor.convolution(
        of: [image()], weight: image([2, 4, 1, 3]), bias: nil, stride: [1, 1], padding: [0, 1],
        dilation: [1, 1], adding: image([1, 2, 1, 9]))
    },
    Case("convolution, inputs", "cannot be joined") { _ in
      _ = try Tensor.convolution(
        of: [image(), image([1, 4, 1, 9])], weight: image([2, 8, 1, 3]), bias: nil,
        stride: [1, 1], padding: [0, 1], dilation: [1, 1])
    },
    Case("group norm, indivisible", "3 groups") { _ in try normalize(groups: 3, channels: 4) },
    Case("group norm, no group", "0 groups") { _ in try normalize(groups: 0, channels: 4) },
    Case("group norm, weight", "weight and bias 6") { _ in try normalize(groups: 2, channels: 6) },
    Case("group norm, rank", "found [2, 3]") {
      let weight = try Tensor.zeros([3])
      _ = try $0.groupNormalized(
        GroupNormalization(groups: 1, weight: weight, bias: weight, epsilon: 1e-5, silu: false))
    },
    Case("group norm, FiLM", "FiLM of shape [2, 8, 1, 1]") { _ in
      let weight = try Tensor.zeros([4])
      _ = try image([3, 4, 1, 8]).groupNormalized(
        GroupNormalization(
          groups: 2, weight: weight, bias: weight, film: image([2, 8, 1, 1]), epsilon: 1e-5,
          silu: false))
    },
    Case("full, negative", "negative dimension -1") { _ in _ = try Tensor.zeros([-1]) },
    Case("full, more than there is", "can't allocate memory") { _ in
      _ = try Tensor.zeros([1 << 45])
    },
    Case("full, overflowing", "overflow") { _ in _ = try Tensor.zeros([1 << 40, 1 << 40]) },
    Case("copy", "must match") { try $0.copy(from: .zeros([4])) },
    Case("AdamW", "parameter of shape [2, 3]") {
      try AdamWStep(
        rate: 1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, update: 1,
        averageWeight: 1
      ).apply(
        to: [$0], gradients: [.zeros([4])], firstMoments: [$0], secondMoments: [$0],
        averages: [$0])
    },
    Case("backward without a graph", "does not require grad") { try $0.sum().backward() },
    Case("backward of many values", "scalar outputs") {
      try ($0.detached().requiringGradient() * 2).backward()
    },
    Case("backward twice", "second time") {
      let x = try $0.detached().requiringGradient()
      let loss = try (x * x).sum()
      try loss.backward()
      try loss.backward()
    },
    Case("backward after a change in place", "modified by an inplace operation") {
      let x = try ($0 + 0).requiringGradient()
      let loss = try (x * x).sum()
      try x.copy(from: .zeros(x.shape))
      try loss.backward()
    },
    Case("gradient of whole numbers", "floating point") {
      _ = try $0.to(.int64).requiringGradient()
    },
  ]

  @Test("libtorch's message, and no C++ around it", arguments: cases)
  func message(_ example: Case) throws {
    let error = try expectError(.engine, containing: example.message) {
      try example.body(.full(1, shape: [2, 3]))
    }
    #expect(!error.message.contains("INTERNAL ASSERT") && !error.message.contains("enforce fail"))
    #expect(error.message.count < 600)
  }

  @Test("An error leaves its operands as they were, and the next operation works")
  func operandsSurvive() throws {
    let x = try Tensor.full(2, shape: [2, 3])
    for example in Self.cases where example.testDescription != "copy" {
      try? example.body(x)
      #expect(try x.floats() == [2, 2, 2, 2, 2, 2], "\(example.testDescription)")
    }
    #expect(try (x + x).floats() == [4, 4, 4, 4, 4, 4])
  }

  @Test("Each thread has its own last error")
  func threads() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for extent in 2..<34 {
        group.addTask {
          for _ in 0..<20 {
            try expectError(.engine, containing: "size of tensor a (\(extent + 40))") {
              _ = try Tensor.zeros([extent + 40]) + .zeros([extent])
            }
          }
        }
      }
      try await group.waitForAll()
    }
  }
}
