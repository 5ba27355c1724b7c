import Core
import Tensors
import TestSupport
import Testing

@testable import Networks

@Suite("U-Net") struct UNetTests {
  @Test("The same seed gives the same weights, another seed others")
  func seeds() throws {
    func weights(_ seed: UInt64) throws -> [[Float]] {
      try UNet(tinyConfiguration(), seed: seed).parameters.map { try $0.tensor.floats() }
    }
    #expect(try weights(1) == weights(1))
    #expect(try weights(1) != weights(2))
    let float64 = try UNet(tinyConfiguration(), seed: 1, dtype: .float64)
    #expect(float64.dtype == .float64 && float64.device == .cpu)
    #expect(try float64.parameters.map { try $0.tensor.floats() } == weights(1))
  }

  @Test("An untrained network says zero")
  func untrained() throws {
    let x = try noise([2, 1, 16], dtype: .float32)
    #expect(try UNet(tinyConfiguration())(x, noiseLevels: [0.5]).abs().sum().item() == 0)
  }

  @Test("The output depends on the input, on the noise level, and on nothing else")
  func dependence() throws {
    let network = try UNet(tinyConfiguration())
    try perturb(network)
    let x = try noise([2, 1, 16], dtype: .float32),
      y = try noise([2, 1, 16], seed: 1, dtype: .float32)
    func output(_ x: Tensor, _ levels: [Double]) throws -> [Float] {
      try network(x, noiseLevels: levels).floats()
    }
    let first = try output(x, [0.5])
    #expect(try output(x, [0.5]) == first)
    #expect(try output(y, [0.5]) != first)
    #expect(try output(x, [0.6]) != first)
    // A level for each item: the first item is told 0.5 as before, the second something else.
    let both = try output(x, [0.5, 0.1])
    expectClose(
      both.prefix(16).map(Double.init), first.prefix(16).map(Double.init), rtol: 1e-4, atol: 1e-5)
    #expect(both.suffix(16) != first.suffix(16))
  }

  @Test("Every extent comes back as it went in", arguments: 1...2)
  func lengths(rank: Int) throws {
    for patch in [1, 2] {
      let configuration = tinyConfiguration(rank: rank) {
        $0.downFactors = [rank == 1 ? 3 : 2]
        $0.patch = patch
        $0.inputChannels = 2
      }
      #expect(configuration.admittedMultiple == patch * (rank == 1 ? 3 : 2))
      let network = try UNet(configuration)
      try perturb(network)
      for extent in 1...(2 * configuration.admittedMultiple + 1) {
        let shape = rank == 1 ? [2, 2, extent] : [2, 2, extent, 2 * extent + 1]
        let y = try withoutGradient {
          try network(noise(shape, dtype: .float32), noiseLevels: [0.5])
        }
        #expect(y.shape == shape)
        #expect(try y.floats().allSatisfy { $0.isFinite })
      }
    }
  }

  @Test("An extent that is not admitted is the next one, zeros after its end", arguments: 1...2)
  func padding(rank: Int) throws {
    let network = try UNet(tinyConfiguration(rank: rank) { $0.patch = 2 })
    try perturb(network)
    func axes(_ extent: Int) -> [Int] { rank == 1 ? [extent] : [extent, extent] }
    let whole = try noise([1, 1] + axes(8), dtype: .float32)
    var short = whole
    for axis in 0..<rank { short = try short.sliced(dim: 2 + axis, 0..<7) }
    let found = try network(short, noiseLevels: [0.5])
    var expected = try network(short.paddedAfter(axes(1)), noiseLevels: [0.5])
    for axis in 0..<rank { expected = try expected.sliced(dim: 2 + axis, 0..<7) }
    #expect(try found.floats() == expected.floats())
  }

  @Test("What does not fit is said in a sentence")
  func errors() throws {
    let signals = try UNet(tinyConfiguration { $0.inputChannels = 2 })
    for shape in [[2, 16], [1, 3, 16], [1, 2, 1, 16], [16], []] {
      try expectError(
        .engine, containing: "the network expects [batch, 2, time], found \(shape)"
      ) { _ = try signals(.zeros(shape), noiseLevels: [0.5]) }
    }
    let images = try UNet(tinyConfiguration(rank: 2))
    try expectError(
      .engine, containing: "the network expects [batch, 1, height, width], found [1, 1, 16]"
    ) { _ = try images(.zeros([1, 1, 16]), noiseLevels: [0.5]) }
    for levels in [[], [0.1, 0.2, 0.3]] {
      try expectError(.engine, containing: "\(levels.count) noise levels for 2 items") {
        _ = try signals(.zeros([2, 2, 16]), noiseLevels: levels)
      }
    }
    try expectError(.engine, containing: "stem: ") {
      _ = try signals(.zeros([1, 2, 0]), noiseLevels: [0.5])
    }
  }

  @Test("A device that is not there is an error, and the network stays")
  func move() throws {
    let network = try UNet(tinyConfiguration())
    try network.move(to: .cpu)
    #expect(network.device == .cpu)
    if !Device.cuda(0).isAvailable {
      #expect(throws: StirError.self) { try network.move(to: .cuda(0)) }
      #expect(network.device == .cpu)
    }
    let x = try noise([1, 1, 8], dtype: .float32)
    try network(x, noiseLevels: [0.5]).sum().backward()
    #expect(network.parameters.contains { $0.tensor.gradient != nil })
  }

  /// From the stem to the head everything is [batch, height, width, channels] in memory; one
  /// tensor in the other layout would cost a copy at each layer after it.
  @Test(
    "Channels-last from end to end, and no padding of an admitted extent",
    arguments: [
      (1, 1, 1), (1, 1, 2), (1, 3, 1), (1, 1, 4), (2, 1, 1), (2, 3, 1), (2, 1, 2),
    ])
  func layout(rank: Int, channels: Int, patch: Int) throws {
    let network = try UNet(
      tinyConfiguration(rank: rank) {
        $0.inputChannels = channels
        $0.patch = patch
        $0.channelMultipliers = [1, 2, 4]
        $0.downFactors = [2, 2]
      })
    try perturb(network)
    try withoutGradient {
      let extent = 8 * patch
      let x = try noise([2, channels, rank == 1 ? 1 : extent, extent], dtype: .float32)
      let embedding = try network.embedding([0.5], device: .cpu)
      var h = try network.stem(x.channelsLast().folded(by: patch, rank: rank))
      #expect(h.isChannelsLast, "stem")
      var skips: [Tensor] = []
      for (index, level) in network.down.enumerated() {
        h = try level.process(h, embedding: embedding)
        #expect(h.isChannelsLast, "down.\(index)")
        skips.append(h)
        h = try level.resample(h)
        #expect(h.isChannelsLast, "down.\(index).resampler")
      }
      h = try network.middle.process(h, embedding: embedding)
      #expect(h.isChannelsLast, "middle")
      for (index, level) in network.up.enumerated() {
        let longer = try level.resample(h)
        #expect(longer.isChannelsLast, "up.\(index).resampler")
        h = try .concatenated([longer, skips.removeLast()], dim: 1)
        #expect(h.isChannelsLast, "up.\(index), joined")
        h = try level.process(h, embedding: embedding)
        #expect(h.isChannelsLast, "up.\(index)")
      }
      h = try network.head(network.norm(h, silu: true))
      #expect(h.isChannelsLast, "head")
      // The whole network does just this, and nothing around it.
      let y = try network(
        rank == 1 ? x.reshaped([2, channels, extent]) : x, noiseLevels: [0.5])
      #expect(try y.floats() == h.unfolded(by: patch, rank: rank).floats())
    }
  }
}
