/// Whether what was made repeats what was trained on: how near it is to the nearest training item,
/// beside how near real items are that were not trained on.
///
/// Features are shifted, scaled and bounded by the training items as in ``kernelDistance(_:_:)``. A
/// distance is the root of the mean squared difference of the features, in their deviations over the
/// training items: 0 for a copy, about √2 for two items that have nothing to do with each other.
public struct Memorization: Codable, Sendable {
  /// How many items were trained on.
  public var training: Int
  /// The median distance of a made item to the nearest training item.
  public var madeDistance: Double
  /// The median distance of a real item that was not trained on.
  public var realDistance: Double
  /// The share of the made items that are nearer to a training item than 95 % of those real items
  /// are: 5 % is expected of a model that repeats nothing, less if there are fewer than 20 real
  /// items, since an item must then be nearer than all of them.
  public var nearerShare: Double

  enum CodingKeys: String, CodingKey {
    case training
    case madeDistance = "made_median_distance"
    case realDistance = "real_median_distance"
    case nearerShare = "made_nearer_than_95_percent_of_real"
  }

  /// A training item and how far it is.
  public struct Neighbor: Sendable {
    public var index: Int
    public var distance: Double
  }

  /// - Parameters:
  ///   - made: [items][features], one item or more.
  ///   - real: the same of real items that were not trained on.
  ///   - training: the same of all that was trained on.
  /// - Returns: the summary, and the nearest training item of each made one.
  /// - Throws: `StirError.Code.invalidData` for an empty set, and for features of unequal number or
  ///   that are not numbers.
  public static func measure(
    made: [[Float]], real: [[Float]], training: [[Float]]
  ) throws -> (summary: Memorization, nearest: [Neighbor]) {
    let scale = try FeatureScale(of: training, for: made, real, atLeast: 1)
    let known = scale(training)
    func nearest(_ set: [[Float]]) throws -> [Neighbor] {
      let items = scale(set)
      return try concurrentMap(items.count) { number in
        let squares = known.map { squaredDistance(items[number], $0) }
        let index = squares.indices.min { squares[$0] < squares[$1] } ?? 0
        return Neighbor(
          index: index, distance: (squares[index] / Double(items[number].count)).squareRoot())
      }
    }
    let found = try nearest(made)
    let control = try nearest(real).map(\.distance).sorted()
    let nearer = found.count { neighbor in
      let farther = control.count { $0 > neighbor.distance }
      return Double(farther) >= 0.95 * Double(control.count)
    }
    let summary = Memorization(
      training: training.count, madeDistance: median(found.map(\.distance).sorted()),
      realDistance: median(control), nearerShare: Double(nearer) / Double(found.count))
    return (summary, found)
  }
}

private func median(_ sorted: [Double]) -> Double {
  (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
