import Tensors
import TestSupport
import Testing

@testable import Networks

@Suite("Convolution") struct ConvolutionTests {
  struct Case: Sendable {
    var rank: Int
    var kernel: Int
    var stride = 1
    var dilation = 1
    var extent: Int
    var bias = true
  }

  static let cases: [Case] = [1, 2].flatMap { rank in
    [
      Case(rank: rank, kernel: 1, extent: 3),
      Case(rank: rank, kernel: 3, extent: 5),
      Case(rank: rank, kernel: 3, extent: 1),
      Case(rank: rank, kernel: 7, extent: 4, bias: false),
      Case(rank: rank, kernel: 3, dilation: 2, extent: 6),
      Case(rank: rank, kernel: 3, dilation: 2, extent: 7),
      Case(rank: rank, kernel: 3, dilation: 4, extent: 3),
      Case(rank: rank, kernel: 3, dilation: 4, extent: 12),
      Case(rank: rank, kernel: 5, dilation: 8, extent: 21),
      Case(rank: rank, kernel: 5, dilation: 3, extent: 6),
      Case(rank: rank, kernel: 4, stride: 2, extent: 6),
      Case(rank: rank, kernel: 5, stride: 3, extent: 6),
      Case(rank: rank, kernel: 8, stride: 4, extent: 8),
      Case(rank: rank, kernel: 9, stride: 5, extent: 10),
    ]
  }

  @Test(
    "A sum over the taps, evenly around each output", arguments: cases, [DType.float64, .float32])
  func againstLoops(_ example: Case, dtype: DType) throws {
    let layer = try Convolution(
      3, 2, kernel: example.kernel, rank: example.rank, stride: example.stride,
      dilation: example.dilation, bias: example.bias, Initializer(seed: 1, dtype: dtype))
    try perturb(layer)
    let height = example.rank == 1 ? 1 : example.extent
    let x = try noise([2, 3, height, example.extent], dtype: dtype)
    let expected = try convolve(
      HostArray(x), layer, stride: example.stride, dilation: example.dilation)
    let tolerance = dtype == .float64 ? 1e-12 : 1e-5
    for input in try [x, x.channelsLast()] {
      let found = try layer(input)
      #expect(found.shape == expected.shape)
      expectClose(try found.doubles(), expected.values, rtol: tolerance, atol: tolerance)
    }
    #expect(try layer(x.channelsLast()).isChannelsLast)
  }

  @Test("Starting weights: normal with variance 1/fan-in, or zero")
  func start() throws {
    let initializer = try Initializer(seed: 3)
    let normal = try Convolution(32, 64, kernel: 5, rank: 1, initializer)
    let values = try normal.weight.tensor.doubles()
    let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
    // 10 240 values: five standard errors of the variance are 7 %.
    expectClose([variance * 32 * 5], [1], rtol: 0.07, atol: 1e-10)
    #expect(try normal.bias?.tensor.doubles() == [Double](repeating: 0, count: 64))
    let zero = try Convolution(2, 3, kernel: 3, rank: 2, start: .zero, initializer)
    #expect(zero.weight.tensor.shape == [3, 2, 3, 3])
    #expect(try zero.weight.tensor.abs().sum().item() == 0)
  }

  @Test("Wrong channels and wrong ranks are named")
  func errors() throws {
    let layer = try Convolution(4, 2, kernel: 3, rank: 1, Initializer(seed: 1))
    try expectError(.engine, containing: "input has 3 channels, weight expects 4") {
      _ = try layer(.zeros([1, 3, 1, 8]))
    }
    for shape in [[8], [4, 8], [1, 4, 8], [1, 1, 4, 1, 8], []] {
      try expectError(.engine, containing: "input has the shape \(shape), expected [batch, ") {
        _ = try layer(.zeros(shape))
      }
    }
    let error = try expectError(.engine, containing: "type") {
      _ = try layer(.zeros([1, 4, 1, 8], dtype: .float64))
    }
    #expect(!error.message.hasPrefix(":"), "outside a network there is no path to name")
  }
}
