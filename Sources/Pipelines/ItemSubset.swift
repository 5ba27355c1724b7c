import Foundation
import Modality
import Training

/// Some of the items of a data set.
package struct ItemSubset: Sendable {
  private let data: any DataSet
  private var indices: [Int]

  /// - Parameters:
  ///   - part: a training's configuration and the side of its split that counts; otherwise all.
  ///   - least: the fewest items that do.
  ///   - noun: what one is called in the message, such as `real item`.
  ///   - progress: as of the modality's `dataset(at:progress:)`.
  /// - Throws: `StirError.Code.invalidData` for fewer items, and what reading the data throws.
  package init(
    _ modality: any DataModality, at url: URL,
    part: (run: RunConfiguration, side: KeyPath<DataSplit, [Int]>)? = nil, atLeast least: Int,
    _ noun: String, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
  ) throws {
    let data = try modality.dataset(at: url, progress: progress)
    self.data = data
    indices =
      try part.map {
        let training = $0.run.training
        return try DataSplit(data, heldOutFraction: training.heldOutFraction, seed: training.seed)[
          keyPath: $0.side]
      } ?? Array(0..<data.count)
    guard indices.count >= least else {
      throw StirError(
        .invalidData, "\(url.path): \(counted(indices.count, noun)), expected at least \(least)")
    }
  }

  package var count: Int { indices.count }

  /// Up to `limit` of them, spread evenly.
  func thinned(to limit: Int) -> ItemSubset {
    var few = self
    few.indices = spreadEvenly(limit, over: count).map { indices[$0] }
    return few
  }

  package func item(_ number: Int) throws -> Item { try data.item(at: indices[number], seed: 0) }

  func items() throws -> [Item] { try concurrentMap(count, item) }

  /// The file that an item is taken from.
  func source(of number: Int) -> String { data.source(of: indices[number]) }
}
