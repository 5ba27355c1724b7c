import Audio
import Core
import Foundation
import Modality
import Networks
import Tensors
import Training

/// What is computed: a network and the extent of its batch.
struct Size: Codable, Hashable {
  var width = 32
  var batch: Int
  var length: Int

  var name: String { "width \(width), \(batch) × \(length)" }

  var network: UNetConfiguration {
    var network = UNetConfiguration()
    network.width = width
    return network
  }
}

/// The files of one size, the same for both sides: `model.safetensors`, a model file;
/// `items.safetensors`, the crops that the data set holds; `batch-0.safetensors` and on, what the
/// first training steps draw from them.
struct Inputs {
  /// The batches that are written; the losses of as many steps are compared.
  static let batchCount = 5

  let folder: URL

  var model: URL { folder.appendingPathComponent("model.safetensors") }
  var items: URL { folder.appendingPathComponent("items.safetensors") }
  func batch(_ number: Int) -> URL {
    folder.appendingPathComponent("batch-\(number).safetensors")
  }

  /// Files that have been written.
  init(at folder: URL) { self.folder = folder }

  /// Writes the files of `size` from the recordings in `recordings`.
  init(_ size: Size, recordings: URL, in parent: URL) throws {
    folder = parent.appendingPathComponent("\(size.width)-\(size.batch)-\(size.length)")
    guard !FileManager.default.fileExists(atPath: folder.path) else { return }
    try makeFolder(folder)
    // Half a second, whatever the length: that is how long the recordings are.
    let audio = try AudioModality(sampleRate: 2 * size.length, length: size.length)
    let data = try audio.dataset(at: recordings)
    let crops = MemoryDataSet(
      items: try (0..<min(64, data.count)).map { try data.item(at: $0, seed: UInt64($0)) })
    let trainer = try Trainer(
      network: randomNetwork(size.network), data: crops, configuration: configuration(of: size))
    let model = try trainer.model
    try model.write(to: self.model)
    try crops.write(to: items)

    var maker = BatchMaker(
      data: crops, indices: Array(0..<crops.count), table: model.table, batchSize: size.batch,
      seed: model.configuration.training.seed)
    for number in 0..<Inputs.batchCount {
      let batch = try maker.batch(number)
      func column(_ values: [Double]) throws -> Tensor {
        try Tensor(values, shape: [values.count, 1, 1]).to(.float32)
      }
      let alpha = try column(batch.levels.map(\.alpha))
      let sigma = try column(batch.levels.map(\.sigma))
      try SafeTensors(tensors: [
        "x0": batch.x0, "noise": batch.noise, "alpha": alpha, "sigma": sigma,
        "x": batch.x0 * alpha + batch.noise * sigma,
        "noise_level": Tensor(batch.levels.map(\.noiseLevel), shape: [batch.levels.count]),
      ]).write(to: self.batch(number))
    }
  }
}

private func configuration(of size: Size) -> RunConfiguration {
  var configuration = RunConfiguration()
  configuration.training.batchSize = size.batch
  configuration.training.steps = 1_000_000
  configuration.training.warmupSteps = 0
  configuration.training.decay = .constant
  configuration.training.heldOutFraction = 0
  return configuration
}

/// A network none of whose weights is zero, as many are at the start of a training: every layer then
/// shows in the output.
private func randomNetwork(_ configuration: UNetConfiguration) throws -> UNet {
  let network = try UNet(configuration, seed: 1)
  for (number, parameter) in network.parameters.enumerated() {
    let tensor = parameter.tensor
    let fanIn = tensor.shape.dropFirst().reduce(1, *)
    let noise = try RandomSource(seed: 2, item: number).normal(tensor.shape)
    try tensor.copy(from: tensor.detached() + noise * (0.2 / Double(fanIn).squareRoot()))
  }
  return network
}

/// Items that are in memory.
struct MemoryDataSet: DataSet {
  let items: [Item]

  var count: Int { items.count }
  func item(at index: Int, seed: UInt64) -> Item { items[index] }
  func source(of index: Int) -> String { "\(index)" }
}

extension MemoryDataSet {
  /// Reads what `write(to:)` wrote.
  init(contentsOf url: URL) throws {
    let file = try SafeTensors(contentsOf: url)
    items = try file.tensors.sorted { $0.key < $1.key }.map {
      Item(shape: $0.value.shape, values: try $0.value.floats())
    }
  }

  func write(to url: URL) throws {
    let named = try items.enumerated().map {
      (String(format: "%04d", $0.offset), try Tensor($0.element.values, shape: $0.element.shape))
    }
    try SafeTensors(tensors: Dictionary(uniqueKeysWithValues: named)).write(to: url)
  }
}
