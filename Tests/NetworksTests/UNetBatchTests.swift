import Tensors
import Testing

@testable import Networks

/// One seed gives one clip, alone or among sixteen: an item's output is the same bits in any batch.
///
/// The noise level is one value for the batch, as it is in sampling. Signals are long enough for 16
/// positions in the attention: over fewer, the batched products of libtorch 2's MKL differ in the
/// last bit between a batch of one and of many.
@Suite("Batch independence of the U-Net") struct UNetBatchTests {
  private func expectSameBits(
    _ configuration: UNetConfiguration, extents: [Int], alone: [Int], parts: [Range<Int>]
  ) throws {
    let network = try UNet(configuration)
    try perturb(network, by: 0.05)
    for precision in [Precision.float32, .bfloat16] {
      network.use(precision)
      try withoutGradient {
        let x = try noise([16, configuration.inputChannels] + extents, dtype: .float32)
        let all = try network(x, noiseLevels: [0.5])
        for range in alone.map({ $0..<($0 + 1) }) + parts {
          let part = try network(x.sliced(dim: 0, range), noiseLevels: [0.5])
          #expect(
            try part.floats() == all.sliced(dim: 0, range).floats(),
            "items \(range) of \(extents) samples in \(precision)")
        }
      }
    }
  }

  @Test("The default network at patch 1, 2 and 4", arguments: [1, 2, 4])
  func small(patch: Int) throws {
    var configuration = UNetConfiguration.small
    configuration.patch = patch
    try expectSameBits(
      configuration, extents: [1_024 * patch], alone: [0, 7, 15], parts: [0..<3, 3..<8, 8..<16])
  }

  @Test("WaveGrad's dilations", arguments: [1, 2])
  func wideDilations(patch: Int) throws {
    var configuration = UNetConfiguration.small
    configuration.dilations = [1, 2, 4, 8]
    configuration.blocksPerLevel = 4
    configuration.channelMultipliers = [1, 2]
    configuration.downFactors = [4]
    configuration.attentionLevels = []
    configuration.patch = patch
    try expectSameBits(configuration, extents: [2_048], alone: [0, 7], parts: [0..<3, 3..<8])
  }

  @Test("A signal that has to be padded")
  func padded() throws {
    var configuration = UNetConfiguration.small
    configuration.patch = 4
    try expectSameBits(configuration, extents: [4_000], alone: [0, 15], parts: [5..<10])
  }

  @Test("Images")
  func images() throws {
    let configuration = tinyConfiguration(rank: 2) { $0.width = 16 }
    try expectSameBits(configuration, extents: [16, 16], alone: [0, 9], parts: [2..<5, 0..<8])
  }

  @Test("The network of samples/recipes/mnist.yaml")
  func mnistRecipe() throws {
    let configuration = tinyConfiguration(rank: 2) {
      $0.width = 32
      $0.channelMultipliers = [1, 2, 4]
      $0.downFactors = [2, 2]
      $0.dilations = [1]
      $0.blocksPerLevel = 2
      $0.attentionLevels = [2]
      $0.headWidth = 32
      $0.groups = 8
    }
    try expectSameBits(
      configuration, extents: [28, 28], alone: [0, 7, 15], parts: [0..<3, 3..<8])
  }

  @Test("Tiny networks of odd widths", arguments: [3, 4, 6, 8, 20])
  func oddWidths(width: Int) throws {
    let configuration = tinyConfiguration { $0.width = width }
    try expectSameBits(configuration, extents: [64], alone: [0, 3, 15], parts: [0..<2, 3..<8])
  }
}
