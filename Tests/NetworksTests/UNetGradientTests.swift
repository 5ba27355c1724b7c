import Core
import Tensors
import TestSupport
import Testing

@testable import Networks

@Suite("Gradients of the U-Net") struct UNetGradientTests {
  private func network(rank: Int, dtype: DType = .float64) throws -> UNet {
    let network = try UNet(
      tinyConfiguration(rank: rank) {
        $0.patch = 2
        $0.channelMultipliers = [1, 2, 2]
        $0.downFactors = [2, 2]
        $0.dilations = [2]
      }, seed: 1, dtype: dtype)
    // Some layers start at zero, and nothing flows through them then.
    try perturb(network)
    return network
  }

  private func input(rank: Int, dtype: DType = .float64) throws -> Tensor {
    try noise(rank == 1 ? [2, 1, 16] : [2, 1, 8, 8], seed: 4, dtype: dtype)
  }

  private func loss(_ network: UNet, _ x: Tensor) throws -> Tensor {
    let y = try network(x, noiseLevels: [0.3, 0.8])
    return try (y * noise(y.shape, seed: 9, dtype: y.dtype)).sum()
  }

  @Test("Central differences at random weights of every parameter", arguments: 1...2)
  func centralDifferences(rank: Int) throws {
    let network = try network(rank: rank), x = try input(rank: rank)
    try loss(network, x).backward()
    var random = SplitMix64(seed: 3)
    let step = 1e-5
    for parameter in network.parameters {
      let values = try parameter.tensor.doubles()
      let gradient = try #require(parameter.tensor.gradient, "\(parameter.name)").doubles()
      let index = Int.random(in: values.indices, using: &random)
      func value(_ change: Double) throws -> Double {
        var changed = values
        changed[index] += change
        try parameter.tensor.copy(from: Tensor(changed, shape: parameter.tensor.shape))
        return try withoutGradient { try loss(network, x).item() }
      }
      let expected = try (value(step) - value(-step)) / (2 * step)
      try parameter.tensor.copy(from: Tensor(values, shape: parameter.tensor.shape))
      expectClose([gradient[index]], [expected], rtol: 1e-5, atol: 1e-6, "\(parameter.name)")
    }
  }

  @Test("The float32 kernels give the gradients of float64", arguments: 1...2)
  func float32(rank: Int) throws {
    let exact = try network(rank: rank), fast = try network(rank: rank, dtype: .float32)
    try loss(exact, input(rank: rank)).backward()
    try loss(fast, input(rank: rank, dtype: .float32)).backward()
    for (exact, fast) in zip(exact.parameters, fast.parameters) {
      let expected = try #require(exact.tensor.gradient).doubles()
      let found = try #require(fast.tensor.gradient, "\(fast.name)").doubles()
      let scale = expected.map { abs($0) }.max() ?? 0
      expectClose(found, expected, rtol: 1e-3, atol: 1e-3 * scale + 1e-4, "\(fast.name)")
    }
  }

  @Test("Every parameter gets a gradient that is not zero", arguments: 1...2)
  func nothingMissing(rank: Int) throws {
    let network = try network(rank: rank)
    try loss(network, input(rank: rank)).backward()
    for parameter in network.parameters {
      let gradient = try #require(parameter.tensor.gradient, "\(parameter.name)")
      #expect(try gradient.abs().sum().item() > 1e-9, "\(parameter.name)")
    }
  }

  @Test("An untrained network learns: the head's gradient is not zero at the start")
  func start() throws {
    let network = try UNet(tinyConfiguration(), seed: 1)
    let x = try noise([2, 1, 16], dtype: .float32)
    try (network(x, noiseLevels: [0.5]) - x).abs().mean().backward()
    let gradient = try #require(network.head.weight.tensor.gradient)
    #expect(try gradient.abs().sum().item() > 0)
  }

  @Test("The gradient reaches the input")
  func input() throws {
    let network = try network(rank: 1)
    let x = try input(rank: 1).requiringGradient()
    try loss(network, x).backward()
    let gradient = try #require(x.gradient).doubles()
    let values = try x.doubles(), step = 1e-5
    func value(_ change: Double) throws -> Double {
      var changed = values
      changed[5] += change
      return try withoutGradient {
        try loss(network, Tensor(changed, shape: x.shape)).item()
      }
    }
    let expected = try (value(step) - value(-step)) / (2 * step)
    expectClose([gradient[5]], [expected], rtol: 1e-5, atol: 1e-6)
  }
}
