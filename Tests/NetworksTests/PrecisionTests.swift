import Tensors
import Testing

@testable import Networks

/// bfloat16 between the layers, float32 in weights, gradients and what comes out.
@Suite("Precision") struct PrecisionTests {
  private func relativeError(_ found: Tensor, _ expected: Tensor) throws -> Double {
    let difference = try Tensor.globalNorm([found.to(.float32) - expected.to(.float32)])
    return try difference / Tensor.globalNorm([expected.to(.float32)])
  }

  @Test("Output and gradients follow those of float32 to bfloat16's 8 bits", arguments: [1, 2])
  func bfloat16FollowsFloat32(rank: Int) throws {
    let configuration = tinyConfiguration(rank: rank) { $0.width = 16 }
    func run(_ precision: Precision) throws -> (output: Tensor, gradients: [Tensor]) {
      let network = try UNet(configuration, seed: 2)
      try perturb(network, by: 0.05)
      network.use(precision)
      let x = try noise([2, 1] + [[256], [16, 16]][rank - 1], dtype: .float32)
      let y = try network(x, noiseLevels: [0.3, 0.8])
      #expect(y.dtype == .float32)
      try (y * y).mean().backward()
      return (y, try network.parameters.map { try #require($0.tensor.gradient) })
    }
    let expected = try run(.float32), found = try run(.bfloat16)
    #expect(try relativeError(found.output, expected.output) < 0.02)
    #expect(try found.output.floats() != expected.output.floats(), "nothing was rounded")
    #expect(found.gradients.allSatisfy { $0.dtype == .float32 })
    let difference = try zip(found.gradients, expected.gradients).map { try $0 - $1 }
    #expect(
      try Tensor.globalNorm(difference) / Tensor.globalNorm(expected.gradients) < 0.03)
  }

  @Test("auto is bfloat16 just where it is fast")
  func auto() {
    let fast = Engine.multipliesBFloat16(on: .cpu)
    #expect(Precision.auto.settled(on: .cpu) == (fast ? .bfloat16 : .float32))
    #expect(Precision.float32.settled(on: .cpu) == .float32)
    #expect(Precision.bfloat16.settled(on: .cpu) == .bfloat16)
  }

  @Test("A network of float64 weights computes in float64 unless told otherwise")
  func float64() throws {
    let network = try UNet(tinyConfiguration(), dtype: .float64)
    #expect(network.computeType == .float64)
    network.use(.float32)
    #expect(network.computeType == .float64)
  }

  @Test("A weight that has changed is packed anew", arguments: [DType.float32, .bfloat16])
  func packedWeightsFollow(dtype: DType) throws {
    let layer = try Convolution(16, 16, kernel: 3, rank: 1, Initializer(seed: 1))
    let x = try noise([1, 16, 1, 40], dtype: .float32).to(dtype).channelsLast()
    func expectFresh(_ what: String) throws {
      let fresh = try Tensor.convolution(
        of: [x], weight: layer.weight.tensor, bias: layer.bias?.tensor, stride: [1, 1],
        padding: [0, 1], dilation: [1, 1])
      #expect(try layer(x).floats() == fresh.floats(), "\(what)")
    }
    try withoutGradient {
      try expectFresh("at first")
      try expectFresh("the second time")
      let weight = layer.weight.tensor
      try weight.copy(from: weight * 2)
      try expectFresh("after a copy in place")
      try AdamWStep(
        rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, update: 1,
        averageWeight: 0
      ).apply(
        to: [weight], gradients: [.full(1, shape: weight.shape)],
        firstMoments: [.zeros(like: weight)], secondMoments: [.zeros(like: weight)],
        averages: [.zeros(like: weight)])
      try expectFresh("after an update of the optimiser")
      layer.weight.tensor = try (weight * 3).detached()
      try expectFresh("after another weight took its place")
      #expect(try layer(x.to(.float32)).dtype == .float32)
      try expectFresh("after a call in another type")
    }
  }
}
