import Foundation
import Modality
import Training

/// How near items that were made are to real ones, without any trained weights: distances on the
/// modality's features, beside those of other real items, of blurred ones and of noise; and how near
/// they are to what was trained on.
public struct Evaluation: Encodable, Sendable {
  /// A set of items and how it compares with the real reference.
  public struct Row: Encodable, Sendable {
    public var set: String
    public var items: Int
    /// ``kernelDistance(_:_:)``.
    public var kernelDistance: Double
    /// ``frechetDistance(_:_:)``.
    public var frechetDistance: Double
    /// ``precisionAndRecall(_:_:)``.
    public var precision: Double
    public var recall: Double
    /// The modality's own measures.
    public var metrics: [Metric]

    enum CodingKeys: String, CodingKey {
      case set, items, precision, recall, metrics
      case kernelDistance = "kernel_distance"
      case frechetDistance = "frechet_distance"
    }
  }

  public var modality: String
  /// Real items that all sets are compared with.
  public var reference: Int
  public var rows: [Row]
  /// Whether what was made repeats the training data; nil where none was given.
  public var memorization: Memorization?
  /// The made items that are nearest to a training item, nearest first.
  public var pairs: [NearestPair]?

  /// Compares made items with every second real one; the other real ones, as they are, blurred, and
  /// replaced by noise, show what the distances mean.
  ///
  /// - Parameters:
  ///   - made: files that were made.
  ///   - real: real data that was not trained on.
  ///   - training: the data that was trained on, to be searched whole for what was made.
  ///   - run: the configuration of the training: of `training` counts what it did not hold out.
  ///   - heldOut: of `real` counts only what `run` held out.
  ///   - limit: the most made, and half the most real items.
  /// - Throws: `StirError.Code.invalidData` for fewer than 4 made or 8 real items, and what reading
  ///   the data throws.
  public init(
    made: URL, real: URL, training: URL? = nil, modality: any DataModality,
    run: RunConfiguration? = nil, heldOut: Bool = false, limit: Int = 500
  ) throws {
    let made = try ItemSubset(modality, at: made, atLeast: 4, "made item").thinned(to: limit)
    let real = try ItemSubset(
      modality, at: real, part: heldOut ? run.map { ($0, \.heldOut) } : nil, atLeast: 8, "real item"
    ).thinned(to: 2 * limit)
    let (madeItems, realItems) = (try made.items(), try real.items())
    let reference = stride(from: 0, to: realItems.count, by: 2).map { realItems[$0] }
    let others = stride(from: 1, to: realItems.count, by: 2).map { realItems[$0] }
    func features(_ items: [Item]) throws -> [[Float]] {
      try concurrentMap(items.count) { try modality.features(of: items[$0]) }
    }
    let expected = try features(reference)
    self.modality = modality.identifier
    self.reference = reference.count
    rows = try [
      ("made", madeItems), ("other real items", others),
      ("real items, blurred", others.map(blurred)), ("noise", noise(like: others)),
    ].map { name, items in
      let found = try features(items)
      let (precision, recall) = try precisionAndRecall(found, expected)
      return Row(
        set: name, items: items.count,
        kernelDistance: try Modality.kernelDistance(found, expected),
        frechetDistance: try Modality.frechetDistance(found, expected),
        precision: precision, recall: recall,
        metrics: try modality.metrics(of: items, against: reference))
    }
    guard let training else { return }
    let known = try ItemSubset(
      modality, at: training, part: run.map { ($0, \.training) }, atLeast: 1, "training item")
    let (summary, nearest) = try Memorization.measure(
      made: features(madeItems), real: features(realItems),
      training: concurrentMap(known.count) { try modality.features(of: known.item($0)) })
    memorization = summary
    pairs = try nearest.enumerated().sorted { $0.1.distance < $1.1.distance }.prefix(32).map {
      NearestPair(
        made: made.source(of: $0), training: known.source(of: $1.index), distance: $1.distance,
        items: [madeItems[$0], try known.item($1.index)])
    }
  }
}
