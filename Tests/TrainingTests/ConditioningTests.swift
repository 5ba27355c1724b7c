import Core
import Diffusion
import Modality
import Networks
import Schedules
import Tensors
import TestSupport
import Testing

@testable import Training

/// Sines with a class each, by turns; every third has none.
private struct Classes: DataSet {
  let sines = Sines(count: 12)
  let labels = ["high", "low"]
  var count: Int { sines.count }

  func item(at index: Int, seed: UInt64) throws -> Item {
    var item = try sines.item(at: index, seed: seed)
    item.label = index % 3 == 2 ? nil : index % 3
    return item
  }

  func source(of index: Int) -> String { sines.source(of: index) }
}

@Suite struct ConditioningTests {
  private func batches(_ change: (inout Conditioning) -> Void) throws -> [Batch] {
    var conditioning = Conditioning()
    conditioning.labels = true
    change(&conditioning)
    var maker = try BatchMaker(
      data: Classes(), indices: Array(0..<12), table: NoiseSchedule.cosine.table(),
      conditioning: conditioning, batchSize: 12, seed: 4)
    return try (0..<100).map { try maker.batch($0) }
  }

  /// Without dropout every item keeps its class; an epoch of 12 holds four of each kind.
  @Test func labelsComeWithTheirItems() throws {
    for batch in try batches({ $0.dropout = 0 }) {
      #expect(batch.labels.filter { $0 == 0 }.count == 4)
      #expect(batch.labels.filter { $0 == 1 }.count == 4)
      #expect(batch.labels.filter { $0 == nil }.count == 4)
    }
  }

  /// Of 800 draws with a class a quarter lose it, within five standard errors.
  @Test func dropoutTakesItsShare() throws {
    let kept = try batches { $0.dropout = 0.25 }.flatMap(\.labels).filter { $0 != nil }.count
    #expect(abs(Double(kept) - 600) < 5 * (800 * 0.25 * 0.75).squareRoot())
    #expect(try batches { $0.dropout = 1 }.allSatisfy { $0.labels.allSatisfy { $0 == nil } })
  }

  @Test func noneWithoutLabels() throws {
    #expect(try batches { $0.labels = false }.allSatisfy(\.labels.isEmpty))
  }

  /// A network that is told classes learns from a resume to the same bytes, and knows their names.
  @Test func trainerSettlesTheClasses() throws {
    var configuration = RunConfiguration()
    configuration.conditioning.labels = true
    configuration.training.batchSize = 4
    var shape = try tinyNetwork().configuration
    shape.classes = 2
    let trainer = try Trainer(
      network: .init(shape), data: Classes(), configuration: configuration)
    #expect(trainer.configuration.conditioning.classes == ["high", "low"])
    #expect(try trainer.trainStep().loss.isFinite)
    #expect(try trainer.model.configuration.conditioning.label(named: "low") == 1)
    try expectError(.configuration, containing: "\"lo\" is not one of", "did you mean low") {
      _ = try trainer.model.configuration.conditioning.label(named: "lo")
    }
  }

  /// Both estimates of guidance come from one batch of two, and are what each would be alone.
  @Test(arguments: [[1], [0, 1, 1]]) func guidanceIsOneBatchOfTwo(labels: [Int]) throws {
    var shape = try tinyNetwork().configuration
    shape.classes = 2
    let network = try UNet(shape, seed: 5)
    for (i, parameter) in network.parameters.enumerated() {
      let noise = try RandomSource(seed: 1, item: i).normal(parameter.tensor.shape)
      try withoutGradient { try parameter.tensor.copy(from: parameter.tensor + noise * 0.1) }
    }
    let level = NoiseLevel(logSNR: -1)
    let x = try RandomSource(seed: 2, item: 0).normal([3, 1, 64])
    func denoiser(_ labels: [Int]) -> NetworkDenoiser<UNet> {
      NetworkDenoiser(network, Parameterization(.velocity), labels: labels)
    }
    try withoutGradient {
      let (with, without) = try denoiser(labels).estimates(x, at: level)
      #expect(try with.floats() == denoiser(labels)(x, at: level).floats())
      #expect(try without.floats() == denoiser([])(x, at: level).floats())
      #expect(try with.floats() != without.floats())
    }
  }

  @Test func dataWithoutClassesIsRefused() throws {
    var configuration = RunConfiguration()
    configuration.conditioning.labels = true
    try expectError(.configuration, containing: "the data has no classes") {
      _ = try Trainer(network: tinyNetwork(), data: Sines(), configuration: configuration)
    }
  }

  @Test func networkOfOtherClassesIsRefused() throws {
    var configuration = RunConfiguration()
    configuration.conditioning.labels = true
    try expectError(
      .configuration, containing: "the network is for 0 classes (num_class_embeds), the data has 2"
    ) {
      _ = try Trainer(network: tinyNetwork(), data: Classes(), configuration: configuration)
    }
  }
}

@Suite struct SigmaDataTests {
  /// EDM's σ_data is the deviation of the training items, and is remembered.
  @Test func deviationIsMeasured() throws {
    var configuration = RunConfiguration()
    configuration.objective.prediction = .edm
    configuration.process = .edm
    configuration.training.heldOutFraction = 0
    let data = Sines(count: 5)
    let values = try (0..<5).flatMap { try data.item(at: $0, seed: 0).values.map(Double.init) }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    let trainer = try Trainer(network: tinyNetwork(), data: data, configuration: configuration)
    expectClose(
      try trainer.model.configuration.objective.sigmaData, variance.squareRoot(), rtol: 1e-6)
    configuration.objective.sigmaData = 0.5
    let told = try Trainer(network: tinyNetwork(), data: data, configuration: configuration)
    #expect(told.configuration.objective.sigmaData == 0.5)
  }

  /// Every process trains and samples: the loss falls and what comes out are numbers.
  @Test(arguments: [
    (NoiseSchedule.edm, PredictionType.edm, LossWeighting.edm, LevelDistribution.logNormal),
    (.flow, .flow, .none, .logitNormal), (.cosine, .edm, .sigmoid, .stratified),
    (.linear, .epsilon, .minSNR, .uniform), (.edm, .velocity, .p2, .waveGrad),
  ])
  func everyProcessTrains(
    process: NoiseSchedule, prediction: PredictionType, weighting: LossWeighting,
    levels: LevelDistribution
  ) throws {
    var configuration = RunConfiguration()
    configuration.process = process
    configuration.objective.prediction = prediction
    configuration.objective.weighting = weighting
    configuration.objective.levels = levels
    configuration.training.warmupSteps = 0
    configuration.training.batchSize = 16
    let trainer = try Trainer(
      network: tinyNetwork(), data: Sines(count: 40), configuration: configuration)
    let losses = try (0..<40).map { _ in try trainer.trainStep().loss }
    #expect(losses.suffix(10).reduce(0, +) < losses.prefix(10).reduce(0, +))
    let items = try trainer.model.sample(count: 2, steps: 5)
    #expect(items.allSatisfy { $0.values.allSatisfy(\.isFinite) })
  }
}
