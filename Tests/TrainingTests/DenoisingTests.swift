import Core
import Diffusion
import Foundation
import Modality
import Networks
import Tensors
import TestSupport
import Testing

@testable import Training

/// Sines with a recording beside each: the same sine with noise.
private struct NoisySines: DataSet {
  var base = Sines()
  var count: Int { base.count }
  func source(of index: Int) -> String { base.source(of: index) }
  func item(at index: Int, seed: UInt64) throws -> Item {
    var item = try base.item(at: index, seed: seed)
    var random = SplitMix64(seed: seed, 7)
    item.conditions = [item.values.map { $0 + Float(0.5 * random.normal()) }]
    return item
  }
}

private func configuration(
  _ start: DenoisingConfiguration.Start, _ change: (inout RunConfiguration) -> Void = { _ in }
) -> RunConfiguration {
  var configuration = tinyConfiguration()
  configuration.task = .denoise
  configuration.denoising.start = start
  configuration.denoising.startNoise = 0.25
  configuration.process.path = .flow
  configuration.objective.prediction = .flow
  configuration.sampling.sampler = .flowEuler
  change(&configuration)
  return configuration
}

private func trainer(_ configuration: RunConfiguration) throws -> Trainer {
  let shape = try tinyNetwork().configuration
  let network = try UNet(
    shape, layout: Layout(channels: 1, extents: [64]), task: .denoise, seed: 3)
  return try Trainer(network: network, data: NoisySines(), configuration: configuration)
}

@Suite struct DenoisingTests {
  @Test func whatStandsForTheNoise() throws {
    let (normal, recording) = try (
      Tensor([1.0, -2], shape: [1, 1, 2]), Tensor([10.0, 20], shape: [1, 1, 2])
    )
    var denoising = DenoisingConfiguration()
    #expect(try denoising.noise(normal, recording: recording).doubles() == [10, 20])
    denoising.startNoise = 0.5
    #expect(try denoising.noise(normal, recording: recording).doubles() == [10.5, 19])
    denoising.start = .noise
    #expect(try denoising.noise(normal, recording: recording).doubles() == [1, -2])
    denoising.startNoise = -1
    try expectError(.configuration, containing: "start_noise") { try denoising.validate() }
  }

  /// A flow from recordings learns to take noise away from what it was not trained on.
  @Test(arguments: DenoisingConfiguration.Start.allCases)
  func learns(start: DenoisingConfiguration.Start) throws {
    let trainer = try trainer(
      configuration(start) {
        $0.training.steps = 300
        $0.training.learningRate = 3e-3
        $0.training.batchSize = 16
        $0.training.emaMaximumDecay = 0.98
        $0.sampling.steps = 4
      })
    for _ in 0..<300 { _ = try trainer.trainStep() }
    let items = try (0..<8).map { try NoisySines().item(at: $0, seed: 1_000) }
    let recording = try recordings(beside: items)
    let denoised = try trainer.model.denoise(recording, seed: 1, items: 0..<8).floats()
    let clean = items.flatMap(\.values)
    func error(_ values: [Float]) -> Float { zip(values, clean).map { $0 - $1 }.rms }
    let before = try error(recording.floats())
    #expect(error(denoised) < 0.65 * before, "\(error(denoised)) of \(before)")
  }

  @Test func theNumberAndTheSeedDecideTheNoise() throws {
    let trainer = try trainer(configuration(.recording))
    for _ in 0..<3 { _ = try trainer.trainStep() }
    let model = try trainer.model
    let recording = try recordings(beside: (0..<3).map { try NoisySines().item(at: $0, seed: 5) })
    let all = try model.denoise(recording, seed: 4, items: 0..<3).floats()
    let last = try model.denoise(recording.sliced(dim: 0, 2..<3), seed: 4, items: 2..<3).floats()
    #expect(last == Array(all.suffix(64)))
    #expect(try model.denoise(recording, seed: 5, items: 0..<3).floats() != all)
  }

  @Test func resumedDenoiserReachesTheSameBytes() throws {
    let folder = try TemporaryFolder()
    let straight = try trainer(configuration(.recording))
    for _ in 0..<8 { _ = try straight.trainStep() }
    let first = try trainer(configuration(.recording))
    for _ in 0..<4 { _ = try first.trainStep() }
    try first.writeCheckpoint(to: folder["half"])
    let second = try trainer(configuration(.recording))
    try second.resume(from: folder["half"])
    for _ in 0..<4 { _ = try second.trainStep() }
    #expect(try weights(straight) == weights(second))
  }

  @Test func theModelFileKeepsTheTask() throws {
    let folder = try TemporaryFolder()
    let trainer = try trainer(configuration(.recording))
    _ = try trainer.trainStep()
    let model = try trainer.model
    try model.write(to: folder["model"])
    let read = try DiffusionModel(contentsOf: folder["model"])
    #expect(read.configuration.task == .denoise)
    #expect(read.network.configuration.inputChannels == 2)
    #expect(read.network.configuration.outputs == 1)
    let recording = try recordings(beside: [NoisySines().item(at: 0, seed: 5)])
    #expect(
      try read.denoise(recording, seed: 0, items: 0..<1).floats()
        == model.denoise(recording, seed: 0, items: 0..<1).floats())
    #expect(try trainer.heldOutLoss(of: model)?.losses.allSatisfy(\.isFinite) == true)
  }

  @Test func aDenoiserMakesNothingNew() throws {
    let trainer = try trainer(configuration(.recording))
    let model = try trainer.model
    try expectError(.configuration, containing: "stir denoise") {
      try model.sample(count: 1) { _, _ in }
    }
  }

  /// The average of a denoiser's weights is a denoiser.
  @Test func snapshotsOfADenoiserMakeOne() throws {
    let folder = try TemporaryFolder()
    let trainer = try trainer(configuration(.recording) { $0.training.snapshotEvery = 2 })
    let files = try (1...2).map { number in
      for _ in 0..<2 { _ = try trainer.trainStep() }
      let file = folder["snapshot-\(number)"]
      try trainer.writeSnapshot(to: file)
      return file
    }
    let made = try EMAReconstruction(PowerProfile(relativeDeviation: 0.1), fromSnapshots: files)
    let recording = try recordings(beside: [NoisySines().item(at: 0, seed: 5)])
    #expect(try made.model.denoise(recording, seed: 0, items: 0..<1).shape == [1, 1, 64])
  }

  @Test func aGeneratorDoesNotDenoise() throws {
    let model = try tinyTrainer().model
    try expectError(.configuration, containing: "--task denoise", "--prior") {
      _ = try model.denoise(.zeros([1, 1, 64]), seed: 0, items: 0..<1)
    }
  }
}
