import Core
import Diffusion
import Modality
import Schedules
import Tensors

/// Items with the noise and the noise levels that they are trained at.
package struct Batch: Sendable {
  /// [items, channels] + extents.
  package var x0: Tensor
  package var noise: Tensor
  package var levels: [NoiseLevel]
  /// The class of each item, nil for none; empty for a network without classes.
  package var labels: [Int?]
  /// What the network is shown beside each item, in the shape of `x0`; nil unless it denoises.
  package var recording: Tensor?
}

/// Makes batches as a pure function of (seed, number of the batch).
///
/// An epoch visits every item once, in an order drawn from (seed, epoch). Crop, noise and noise
/// level of each draw come from (seed, number of the draw). So nothing needs to be remembered for
/// a resume but how many batches have been used.
package struct BatchMaker: Sendable {
  let data: any DataSet
  /// The items to draw from.
  let indices: [Int]
  let table: NoiseTable
  let objective: Objective
  let conditioning: Conditioning
  /// Nil unless the task is to denoise.
  let denoising: DenoisingConfiguration?
  let batchSize: Int
  let seed: UInt64
  /// The order of the epoch that was last drawn from.
  private var order: (epoch: Int, indices: [Int])?

  package init(
    data: any DataSet, indices: [Int], table: NoiseTable, objective: Objective = Objective(),
    conditioning: Conditioning = Conditioning(), denoising: DenoisingConfiguration? = nil,
    batchSize: Int, seed: UInt64
  ) {
    self.data = data
    self.indices = indices
    self.table = table
    self.objective = objective
    self.conditioning = conditioning
    self.denoising = denoising
    self.batchSize = batchSize
    self.seed = seed
  }

  private enum Stream: UInt64 { case order = 1, crop, level, noise, label }

  package mutating func batch(_ number: Int) throws -> Batch {
    let draws = (number * batchSize)..<((number + 1) * batchSize)
    let items = try items(draws)
    let shape = items[0].shape
    let normal = try Tensor.stacked(
      draws.map {
        try RandomSource(seed: seed &+ Stream.noise.rawValue, item: $0).normal(shape)
      })
    let (noise, recording) = try noiseAndRecording(denoising, of: items, normal: normal)
    return Batch(
      x0: try Tensor(items.flatMap(\.values), shape: [items.count] + shape),
      noise: noise,
      levels: draws.map(level),
      labels: conditioning.labels ? zip(draws, items).map { label(of: $1, draw: $0) } : [],
      recording: recording)
  }

  private func level(of draw: Int) -> NoiseLevel {
    var stream = SplitMix64(seed: seed, Stream.level.rawValue)
    return objective.level(of: draw, seed: stream.next(), in: table)
  }

  /// The item's class, but for the share that is trained without.
  private func label(of item: Item, draw: Int) -> Int? {
    var random = SplitMix64(seed: seed, Stream.label.rawValue, UInt64(draw))
    return random.uniform() < conditioning.dropout ? nil : item.label
  }

  /// The items of `draws`, decoded on all cores.
  private mutating func items(_ draws: Range<Int>) throws -> [Item] {
    let chosen = draws.map { itemIndex(of: $0) }
    let (data, seed) = (data, seed)
    return try concurrentMap(chosen.count) { i in
      var random = SplitMix64(seed: seed, Stream.crop.rawValue, UInt64(draws.lowerBound + i))
      return try data.item(at: chosen[i], seed: random.next())
    }
  }

  /// The data set's index of a draw.
  mutating func itemIndex(of draw: Int) -> Int {
    let (epoch, position) = draw.quotientAndRemainder(dividingBy: indices.count)
    if let order, order.epoch == epoch { return order.indices[position] }
    var random = SplitMix64(seed: seed, Stream.order.rawValue, UInt64(epoch))
    let shuffled = indices.shuffled(using: &random)
    order = (epoch, shuffled)
    return shuffled[position]
  }
}

/// What stands for ε in the states of `items`, and what a network is shown beside them: `normal` noise
/// and nothing, unless the task is to denoise.
func noiseAndRecording(
  _ denoising: DenoisingConfiguration?, of items: [Item], normal: Tensor
) throws -> (noise: Tensor, recording: Tensor?) {
  guard let denoising else { return (normal, nil) }
  let recording = try recordings(beside: items)
  return (try denoising.noise(normal, recording: recording), recording)
}

/// The recordings beside `items`: [items, channels] + extents.
func recordings(beside items: [Item]) throws -> Tensor {
  try Tensor(items.flatMap { $0.conditions[0] }, shape: [items.count] + items[0].shape)
}
