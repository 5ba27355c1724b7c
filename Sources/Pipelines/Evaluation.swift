import Foundation
import Modality
import Training

/// How near items that were made are to real ones, without any trained weights: distances on the
/// modality's features, beside those of other real items, of blurred ones and of noise.
public struct Evaluation: Codable, Sendable {
  /// A set of items and its distance to the real reference.
  public struct Row: Codable, Sendable {
    public var set: String
    public var items: Int
    /// ``kernelDistance(_:_:)``.
    public var kernelDistance: Double
    /// The modality's own measures.
    public var metrics: [Metric]

    enum CodingKeys: String, CodingKey {
      case set, items, metrics
      case kernelDistance = "kernel_distance"
    }
  }

  public var modality: String
  /// Real items that all sets are compared with.
  public var reference: Int
  public var rows: [Row]

  /// Compares made items with every second real one; the other real ones, as they are, blurred, and
  /// replaced by noise, show what the distances mean.
  ///
  /// - Parameters:
  ///   - made: files that were made.
  ///   - real: real data that was not trained on.
  ///   - heldOutOf: a run's configuration; then only what its training held out of `real` counts.
  ///   - limit: the most items of one set.
  public init(
    made: URL, real: URL, modality: any DataModality, heldOutOf run: RunConfiguration? = nil,
    limit: Int = 500
  ) throws {
    let madeData = try modality.dataset(at: made)
    let realData = try modality.dataset(at: real)
    let training = run?.training
    let indices =
      try training.map {
        try DataSplit(realData, heldOutFraction: $0.heldOutFraction, seed: $0.seed).heldOut
      } ?? Array(0..<realData.count)
    let chosen = spreadEvenly(2 * limit, over: indices.count).map { indices[$0] }
    guard chosen.count >= 4 else {
      throw StirError(
        .invalidData, "\(real.path): \(counted(chosen.count, "real item")), expected at least 4")
    }
    func items(_ data: any DataSet, _ indices: [Int]) throws -> [Item] {
      try concurrentMap(indices.count) { try data.item(at: indices[$0], seed: 0) }
    }
    let reference = try items(realData, chosen.enumerated().filter { $0.0 % 2 == 0 }.map(\.1))
    let others = try items(realData, chosen.enumerated().filter { $0.0 % 2 == 1 }.map(\.1))
    let sets = [
      ("made", try items(madeData, spreadEvenly(limit, over: madeData.count))),
      ("other real items", others),
      ("real items, blurred", others.map(blurred)),
      ("noise", noise(like: others)),
    ]
    let expected = try features(of: reference, modality)
    self.modality = modality.identifier
    self.reference = reference.count
    rows = try sets.map { name, items in
      Row(
        set: name, items: items.count,
        kernelDistance: try Modality.kernelDistance(features(of: items, modality), expected),
        metrics: try modality.metrics(of: items, against: reference))
    }
  }

  /// The table for people.
  public var text: String {
    let names = ["kernel distance"] + (rows.first?.metrics.map(\.name) ?? [])
    let header = "distance to \(reference) real items"
    let width = max(header.count, rows.map { $0.set.count + 8 }.max() ?? 0) + 2
    let lines = rows.map { row in
      "\(row.set) (\(row.items))".padding(toLength: width, withPad: " ", startingAt: 0)
        + zip(names, [row.kernelDistance] + row.metrics.map(\.value)).map { name, value in
          right(String(format: "%.4g", value), max(name.count, 10))
        }.joined(separator: "  ")
    }
    let heads = names.map { right($0, max($0.count, 10)) }.joined(separator: "  ")
    return
      ([header.padding(toLength: width, withPad: " ", startingAt: 0) + heads] + lines)
      .joined(separator: "\n")
  }
}

private func right(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}

private func features(of items: [Item], _ modality: any DataModality) throws -> [[Float]] {
  try concurrentMap(items.count) { try modality.features(of: items[$0]) }
}

/// Each value replaced by the mean of the five positions around it, along each axis.
private func blurred(_ item: Item) -> Item {
  var blurred = item
  var stride = 1
  for extent in item.shape.dropFirst().reversed() {
    let source = blurred.values
    for at in source.indices {
      let position = at / stride % extent
      let near = max(-2, -position)...min(2, extent - 1 - position)
      blurred.values[at] =
        near.reduce(0) { $0 + source[at + $1 * stride] } / Float(near.count)
    }
    stride *= extent
  }
  return blurred
}

/// White noise with the mean and the spread of all of `items`.
private func noise(like items: [Item]) -> [Item] {
  let values = items.flatMap(\.values)
  let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
  let square = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
  let deviation = (square / Double(values.count)).squareRoot()
  return items.enumerated().map { number, item in
    var noise = item
    var random = SplitMix64(seed: 41, UInt64(number))
    for i in noise.values.indices {
      // Box and Muller 1958.
      let radius = (-2 * log(1 - random.uniform())).squareRoot()
      noise.values[i] = Float(mean + deviation * radius * cos(2 * .pi * random.uniform()))
    }
    return noise
  }
}
