import Core
import Tensors
import TestSupport
import Testing

@testable import Networks

@Suite("Modules and their parameters") struct ModuleTests {
  static func block(_ path: String, film: Bool = true, skip: Bool = false) -> [String] {
    let layers = ["norm1", "conv1", "norm2", "film", "conv2"] + (skip ? ["skip"] : [])
    return layers.flatMap { ["\(path).\($0).weight", "\(path).\($0).bias"] }
  }

  static let names =
    ["embedding.linear1", "embedding.linear2", "stem"].flatMap { ["\($0).weight", "\($0).bias"] }
    + block("down.0.blocks.0") + ["down.0.resampler.weight", "down.0.resampler.bias"]
    + block("middle.blocks.0")
    + ["norm", "qkv", "output"].flatMap {
      ["middle.attention.\($0).weight", "middle.attention.\($0).bias"]
    }
    + block("up.0.blocks.0", skip: true) + ["up.0.resampler.weight", "up.0.resampler.bias"]
    + ["norm.weight", "norm.bias", "head.weight", "head.bias"]

  @Test("The names of a U-Net's parameters are the paths of its properties")
  func names() throws {
    let network = try UNet(tinyConfiguration())
    #expect(network.namedParameters().map(\.name) == Self.names)
    // Each parameter knows its own path.
    #expect(network.parameters.map(\.name) == Self.names)
    #expect(network.parameterCount == network.parameters.reduce(0) { $0 + $1.tensor.count })
  }

  @Test("Weights read back are the weights written")
  func load() throws {
    let source = try UNet(tinyConfiguration(), seed: 1)
    let target = try UNet(tinyConfiguration(), seed: 2)
    #expect(try state(source) != state(target))
    try target.load(tensors(source), from: "a.safetensors")
    #expect(try state(source) == state(target))
    // They are copies: what happens to one does not show in the other.
    let first = target.parameters[0].tensor
    try first.copy(from: first * 2)
    #expect(try state(source) != state(target))
  }

  @Test("Another type of the same shape is converted")
  func loadConverts() throws {
    let source = try UNet(tinyConfiguration(), seed: 1)
    let target = try UNet(tinyConfiguration(), seed: 2)
    try target.load(tensors(source).mapValues { try $0.to(.float64) }, from: "a")
    #expect(try state(source) == state(target))
    #expect(target.dtype == .float32)
  }

  @Test("What is missing, too much or of another shape is listed, and nothing is changed")
  func strict() throws {
    let network = try UNet(tinyConfiguration(), seed: 1)
    let before = try state(network)
    var wrong = try tensors(UNet(tinyConfiguration(), seed: 2))
    wrong["stem.bias"] = nil
    wrong["head.weight"] = try .zeros([1, 4, 1, 5])
    wrong["extra.weight"] = try .zeros([1])
    let error = try expectError(
      .invalidData, containing: "a.safetensors does not hold this network's weights:"
    ) { try network.load(wrong, from: "a.safetensors") }
    #expect(
      error.message.split(separator: "\n").dropFirst().map { $0.drop { $0 == " " } } == [
        "missing: stem.bias [4]",
        "head.weight: expected [1, 4, 1, 3], found [1, 4, 1, 5]",
        "not expected: extra.weight",
      ])
    #expect(try state(network) == before)
  }

  @Test("A long difference is cut, with the number that is not shown")
  func longDifference() throws {
    let network = try UNet(tinyConfiguration(), seed: 1)
    let error = try expectError(.invalidData, containing: "and \(Self.names.count - 8) more") {
      try network.load([:], from: "b.safetensors")
    }
    #expect(error.message.split(separator: "\n").count == 10)
  }

  @Test("An error deep inside names the layer")
  func errorPath() throws {
    let network = try UNet(tinyConfiguration())
    let block = network.down[0].blocks[0]
    try expectError(
      .engine, containing: "down.0.blocks.0.conv1: input has 3 channels, weight expects 4"
    ) { _ = try block.conv1(.zeros([1, 3, 1, 8])) }
    try expectError(
      .engine, containing: "middle.attention.qkv: input has 5 channels, weight expects 8"
    ) { _ = try network.middle.attention?.qkv(.zeros([1, 5, 1, 8])) }
    try expectError(.engine, containing: "stem: input is of type") {
      _ = try network.stem(.zeros([1, 1, 1, 8], dtype: .float64))
    }
  }

  @Test("Lists, optionals and modules in modules are found, other values are not")
  func reflection() throws {
    final class Leaf: Module {
      let weight: Parameter
      let width = 3
      init() throws { weight = try Parameter(.zeros([2])) }
    }
    final class Root: Module {
      let list: [Leaf]
      let present: Leaf?
      let absent: Leaf? = nil
      let nested: [[Leaf]]
      let tensor: Tensor
      let text = "weight"
      init() throws {
        list = try [Leaf(), Leaf()]
        present = try Leaf()
        nested = try [[Leaf()], []]
        tensor = try .zeros([1])
      }
    }
    let root = try Root()
    #expect(
      root.namedParameters().map(\.name) == [
        "list.0.weight", "list.1.weight", "present.weight", "nested.0.0.weight",
      ])
    #expect(root.parameterCount == 8)
  }

  private func tensors(_ module: some Module) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: module.namedParameters().map { ($0.name, $0.parameter.tensor) })
  }

  private func state(_ module: some Module) throws -> [[Float]] {
    try module.parameters.map { try $0.tensor.floats() }
  }
}
