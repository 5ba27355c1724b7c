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

  @Test("An image of an extent that is not admitted gets zeros after its end")
  func padding() throws {
    let network = try UNet(tinyConfiguration(rank: 2) { $0.patch = 2 })
    try perturb(network)
    let short = try noise([1, 1, 7, 7], dtype: .float32)
    let found = try network(short, noiseLevels: [0.5])
    let expected = try network(short.paddedAfter([1, 1]), noiseLevels: [0.5])
      .sliced(dim: 2, 0..<7).sliced(dim: 3, 0..<7)
    #expect(try found.floats() == expected.floats())
  }

  /// One `admittedMultiple` (4) of mirror image at least, or all but one sample; then zeros.
  @Test(
    "A signal is continued by its mirror image at either end",
    arguments: [
      (8, [4, 3, 2, 1, 0, 1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3]),
      (7, [4, 3, 2, 1, 0, 1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1]),
      (3, [2, 1, 0, 1, 2, 1, 0, nil]), (1, [0, nil, nil, nil]),
    ])
  func mirroredEnds(extent: Int, sources: [Int?]) throws {
    let network = try UNet(tinyConfiguration { $0.patch = 2 })
    #expect(network.configuration.admittedMultiple == 4)
    try perturb(network)
    let x = try noise([1, 1, extent], dtype: .float32)
    let values = try x.floats()
    let continued = try Tensor(
      sources.map { $0.map { values[$0] } ?? 0 }, shape: [1, 1, 1, sources.count])
    let first = try #require(sources.firstIndex(of: 0))
    try withoutGradient {
      let expected = try network.run(continued, network.condition(on: [0.5]))
        .sliced(dim: 3, first..<(first + extent))
      #expect(try network(x, noiseLevels: [0.5]).floats() == expected.floats())
    }
  }

  @Test("What does not fit is said in a sentence")
  func errors() throws {
    let signals = try UNet(tinyConfiguration { $0.inputChannels = 2 })
    for shape in [[2, 16], [1, 3, 16], [1, 2, 1, 16], [1, 2, 0], [16], []] {
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
    "Channels-last from end to end",
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
      let conditioning = try network.condition(on: [0.5])
      var modulations = conditioning.modulations[...]
      var h = try network.stem(x.channelsLast().folded(by: patch, rank: rank))
      #expect(h.isChannelsLast, "stem")
      var skips: [Tensor] = []
      for (index, level) in network.down.enumerated() {
        h = try level.process([h], &modulations)
        #expect(h.isChannelsLast, "down.\(index)")
        skips.append(h)
        h = try level.resample(h)
        #expect(h.isChannelsLast, "down.\(index).resampler")
      }
      h = try network.middle.process([h], &modulations)
      #expect(h.isChannelsLast, "middle")
      for (index, level) in network.up.enumerated() {
        let longer = try level.resample(h)
        #expect(longer.isChannelsLast, "up.\(index).resampler")
        h = try level.process([longer, skips.removeLast()], &modulations)
        #expect(h.isChannelsLast, "up.\(index)")
      }
      h = try network.head([h], after: network.norm(silu: true))
      #expect(h.isChannelsLast, "head")
      // The whole network does just this.
      let y = try network.run(x, conditioning)
      #expect(try y.floats() == h.unfolded(by: patch, rank: rank).floats())
    }
  }
}
