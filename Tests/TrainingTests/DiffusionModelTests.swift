import Core
import Diffusion
import Foundation
import Modality
import Networks
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite struct DiffusionModelTests {
  private func trained(_ precision: Precision = .auto) throws -> DiffusionModel {
    let trainer = try tinyTrainer { $0.precision = precision }
    for _ in 0..<3 { _ = try trainer.trainStep() }
    return try trainer.model
  }

  @Test(arguments: [Precision.auto, .float32])
  func fileRoundTripSamplesTheSame(precision: Precision) throws {
    let folder = try TemporaryFolder()
    let model = try trained(precision)
    try model.write(to: folder["m.safetensors"])
    let read = try DiffusionModel(contentsOf: folder["m.safetensors"])
    #expect(read.configuration == model.configuration)
    #expect(read.layout == model.layout)
    #expect(read.step == 3)
    #expect(
      try read.sample(count: 2, steps: 4, seed: 5) == model.sample(count: 2, steps: 4, seed: 5))
  }

  /// Weights of 16 bits: half the file, each weight as near as its 8 bits of precision allow.
  @Test func compactFile() throws {
    let folder = try TemporaryFolder()
    let model = try trained()
    try model.write(to: folder["whole"])
    try model.write(to: folder["half"], dtype: .bfloat16)
    let read = try DiffusionModel(contentsOf: folder["half"])
    #expect(read.configuration == model.configuration)
    for (half, whole) in zip(read.network.parameters, model.network.parameters) {
      #expect(half.tensor.dtype == .float32)
      expectClose(try half.tensor.doubles(), try whole.tensor.doubles(), rtol: 0x1p-8)
    }
    let sizes = try ["half", "whole"].map { try Data(contentsOf: folder[$0]).count }
    let weights = model.network.parameterCount
    #expect(sizes[1] - sizes[0] >= 2 * weights - 100)
  }

  @Test(arguments: SamplerName.allCases)
  func itemDoesNotDependOnCountOrBatchSize(sampler: SamplerName) throws {
    let model = try trained()
    var sampling = model.configuration.sampling
    (sampling.sampler, sampling.steps, sampling.eta) = (sampler, 4, 0.5)
    func items(_ count: Int, _ batchSize: Int) throws -> [[Float]] {
      var made: [[Float]] = []
      try model.sample(count: count, sampling: sampling, seed: 2, batchSize: batchSize) {
        made.append($1.values)
      }
      return made
    }
    let many = try items(16, 16)
    #expect(try items(1, 1) == [many[0]])
    #expect(try items(16, 5) == many)
    #expect(Set(many).count == 16)
  }

  /// Long ones and edited ones too; at the layout's shape nothing changes.
  @Test func anItemOfAnyLengthDoesNotDependOnItsBatch() throws {
    let model = try trained()
    let long = [model.layout.channels, model.layout.extents[0] * 5 / 2]
    let clip = try Tensor.full(0.1, shape: [1] + long)
    let edits = [
      nil, Edit(x0: clip, strength: 0.5),
      Edit(x0: clip, mask: try .full(1, shape: [1, 1, long[1]]), resamplings: 2),
    ]
    func items(_ shape: [Int]?, _ edit: Edit?, _ count: Int, _ batchSize: Int?) throws -> [Item] {
      var made: [Item] = []
      try model.sample(
        count: count, of: SampleRequest(shape: shape, edit: edit), seed: 3, batchSize: batchSize
      ) {
        made.append($1)
      }
      return made
    }
    for edit in edits {
      let shape = edit == nil ? long : nil
      let many = try items(shape, edit, 3, nil)
      #expect(many.allSatisfy { $0.shape == long })
      #expect(try items(shape, edit, 3, 3) == many)
      #expect(try items(shape, edit, 1, nil) == [many[0]])
      #expect(Set(many).count == (edit?.mask == nil ? 3 : 1))
    }
    #expect(try items(nil, nil, 2, nil) == items(model.layout.shape, nil, 2, nil))
  }

  @Test func anotherSeedMakesOtherItems() throws {
    let model = try trained()
    #expect(
      try model.sample(count: 1, steps: 3, seed: 1) != model.sample(count: 1, steps: 3, seed: 2))
  }

  @Test func progressCountsUpAndItsErrorEndsTheSampling() throws {
    struct Enough: Error {}
    let model = try trained()
    var seen: [Int] = []
    #expect(throws: Enough.self) {
      try model.sample(count: 8, batchSize: 4) { done, total in
        #expect(total == 6)
        seen.append(done)
        if done == 5 { throw Enough() }
      } each: { _, _ in
      }
    }
    #expect(seen == [1, 2, 3, 4, 5])
  }

  /// Each fault of a file, with a word of the sentence that names it.
  @Test(arguments: [
    ("version", ["version": "7"], "version 7"), ("format", ["format": "other"], "not a stir model"),
    ("layout", ["layout": "[]"], "damaged"), ("step", ["step": "x"], "damaged"),
    ("configuration", ["configuration": "{\"colour\": 1}"], "unknown key colour"),
  ])
  func damagedDescriptionIsNamed(
    name: String, change: [String: String], words: String
  ) throws {
    let folder = try TemporaryFolder()
    try trained().write(to: folder["m"])
    var file = try SafeTensors(contentsOf: folder["m"])
    file.metadata.merge(change) { $1 }
    try file.write(to: folder["m"])
    let error = #expect(throws: StirError.self) { try DiffusionModel(contentsOf: folder["m"]) }
    #expect(error?.code == .invalidData)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test func weightsThatAreNotNumbersAreRefused() throws {
    let folder = try TemporaryFolder()
    try trained().write(to: folder["m"])
    var file = try SafeTensors(contentsOf: folder["m"])
    file.tensors["stem.bias"] = try .full(.nan, shape: [8])
    try file.write(to: folder["m"])
    let error = #expect(throws: StirError.self) { try DiffusionModel(contentsOf: folder["m"]) }
    #expect(error?.message.contains("stem.bias are not all numbers") == true)
  }

  @Test(arguments: [0, 7, 64, 3_000])
  func cutFileIsRefused(length: Int) throws {
    let folder = try TemporaryFolder()
    try trained().write(to: folder["m"])
    try Data(contentsOf: folder["m"]).prefix(length).write(to: folder["m"])
    let error = #expect(throws: StirError.self) { try DiffusionModel(contentsOf: folder["m"]) }
    #expect(error?.code == .invalidData)
  }

  @Test func missingFileIsNamed() {
    let error = #expect(throws: StirError.self) {
      try DiffusionModel(contentsOf: URL(fileURLWithPath: "/nowhere/m.safetensors"))
    }
    #expect(error?.code == .missingInput)
    #expect(error?.message.contains("/nowhere/m.safetensors") == true)
  }
}
