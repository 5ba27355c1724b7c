import Core
import Modality
import Schedules
import Tensors

/// Items with the noise and the noise levels that they are trained at.
package struct Batch: Sendable {
  /// [items, channels] + extents.
  package var x0: Tensor
  package var noise: Tensor
  package var levels: [NoiseLevel]
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
  let batchSize: Int
  let seed: UInt64
  /// The order of the epoch that was last drawn from.
  private var order: (epoch: Int, indices: [Int])?

  package init(
    data: any DataSet, indices: [Int], table: NoiseTable, batchSize: Int, seed: UInt64
  ) {
    self.data = data
    self.indices = indices
    self.table = table
    self.batchSize = batchSize
    self.seed = seed
  }

  private enum Stream: UInt64 { case order = 1, crop, level, noise }

  package mutating func batch(_ number: Int) throws -> Batch {
    let draws = (number * batchSize)..<((number + 1) * batchSize)
    let items = try items(draws)
    let shape = items[0].shape
    return Batch(
      x0: try Tensor(items.flatMap(\.values), shape: [items.count] + shape),
      noise: try Tensor.stacked(
        draws.map {
          try RandomSource(seed: seed &+ Stream.noise.rawValue, item: $0).normal(shape)
        }),
      levels: draws.map(level))
  }

  /// WaveGrad's draw: a segment of the schedule, then √ᾱ uniformly inside it.
  private func level(of draw: Int) -> NoiseLevel {
    var random = SplitMix64(seed: seed, Stream.level.rawValue, UInt64(draw))
    let segment = Int.random(in: 1...table.count, using: &random)
    return table.continuousLevel(segment: segment, fraction: random.uniform())
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
