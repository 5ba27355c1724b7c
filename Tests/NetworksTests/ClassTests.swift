import Core
import TestSupport
import Testing

@testable import Networks
@testable import Tensors

@Suite("Classes") struct ClassTests {
  private func network() throws -> UNet {
    let network = try UNet(tinyConfiguration { $0.classes = 3 })
    try perturb(network, by: 0.1)
    return network
  }

  @Test("Each class, and none, is told to the network") func classesMatter() throws {
    let network = try network()
    let x = try noise([1, 1, 16], dtype: .float32)
    let outputs = try withoutGradient {
      try [0, 1, 2, nil].map { try network(x, noiseLevels: [0.5], labels: [$0]).floats() }
    }
    #expect(Set(outputs).count == 4)
    #expect(try withoutGradient { try network(x, noiseLevels: [0.5]).floats() } == outputs[3])
  }

  @Test("An item's label is its own: the same bits in any batch") func labelsStandWithItems() throws
  {
    let network = try network()
    let x = try noise([4, 1, 64], dtype: .float32)
    let labels = [2, nil, 0, 2]
    try withoutGradient {
      let all = try network(x, noiseLevels: [0.5], labels: labels)
      for (item, label) in labels.enumerated() {
        let alone = try network(
          x.sliced(dim: 0, item..<item + 1), noiseLevels: [0.5], labels: [label])
        #expect(try alone.floats() == all.sliced(dim: 0, item..<item + 1).floats())
      }
    }
  }

  @Test("What does not fit is said in a sentence") func errors() throws {
    let x = try noise([2, 1, 16], dtype: .float32)
    try expectError(.configuration, containing: "class 3 is not in 0..<3") {
      _ = try network()(x, noiseLevels: [0.5], labels: [3, nil])
    }
    try expectError(.configuration, containing: "not trained with classes") {
      _ = try UNet(tinyConfiguration())(x, noiseLevels: [0.5], labels: [1])
    }
    try expectError(.engine, containing: "3 noise levels for 2 items") {
      _ = try network()(x, noiseLevels: [0.5], labels: [0, 1, 2])
    }
  }

  @Test("Gradients reach the vectors of the classes that were there") func gradients() throws {
    let network = try network()
    let x = try noise([2, 1, 16], dtype: .float32)
    try network(x, noiseLevels: [0.5], labels: [1, nil]).abs().sum().backward()
    let embedding = try #require(network.embedding.classEmbedding)
    let gradient = try #require(embedding.weight.tensor.gradient)
    let columns = try gradient.abs().sum([0]).floats()
    #expect(columns.map { $0 > 0 } == [false, true, false, true])
  }
}
