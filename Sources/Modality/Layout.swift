/// The shape of one item: how many channels, and what each axis may be long.
///
/// Rank 1 is `[channels, time]`, rank 2 is `[channels, height, width]`. Training items have the
/// extents of `extents`. Items of other extents may be written where an axis is not fixed: any
/// multiple of `multiples` up to `limits`.
public struct Layout: Codable, Hashable, Sendable {
  public var channels: Int
  /// The extent of each axis of a training item, in samples or pixels.
  public var extents: [Int]
  /// What the extent of each axis is a multiple of.
  public var multiples: [Int]
  /// The largest extent of each axis.
  public var limits: [Int]

  /// A layout whose extents are fixed.
  public init(channels: Int, extents: [Int]) {
    self.init(channels: channels, extents: extents, multiples: extents, limits: extents)
  }

  /// A layout whose extents are multiples of `multiples`, up to `limits`.
  public init(channels: Int, extents: [Int], multiples: [Int], limits: [Int]) {
    self.channels = channels
    self.extents = extents
    self.multiples = multiples
    self.limits = limits
  }

  /// Reads the keys; without `multiples` and `limits` the extents are fixed.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    channels = try keys.decode(Int.self, forKey: .channels)
    extents = try keys.decode([Int].self, forKey: .extents)
    multiples = try keys.decodeIfPresent([Int].self, forKey: .multiples) ?? extents
    limits = try keys.decodeIfPresent([Int].self, forKey: .limits) ?? extents
  }

  public var rank: Int { extents.count }
  /// `[channels] + extents`.
  public var shape: [Int] { [channels] + extents }
  /// The number of values in one item.
  public var count: Int { shape.reduce(1, *) }

  /// Whether an item of `shape` may be written.
  public func admits(_ shape: [Int]) -> Bool {
    shape.count == rank + 1 && shape[0] == channels
      && shape.dropFirst().indices.allSatisfy {
        let (extent, axis) = (shape[$0], $0 - 1)
        return extent > 0 && extent <= limits[axis] && extent % multiples[axis] == 0
      }
  }

  /// What keeps this from being a layout, for a person; nil if nothing does.
  public var fault: String? {
    guard (1...2).contains(rank) else { return "has \(rank) axes, expected 1 or 2" }
    guard multiples.count == rank, limits.count == rank else {
      return "has \(multiples.count) multiples and \(limits.count) limits for \(rank) axes"
    }
    guard channels > 0, (extents + multiples).allSatisfy({ $0 > 0 }) else {
      return
        "has channels \(channels), extents \(extents), multiples \(multiples); all are positive"
    }
    let values = shape.reduce(1.0) { $0 * Double($1) }
    guard values <= 0x1p30 else { return "has items of \(values) values, more than 2³⁰" }
    let most = ([channels] + limits).reduce(1.0) { $0 * Double($1) }
    guard most <= 0x1p40 else { return "admits items of \(most) values, more than 2⁴⁰" }
    guard admits(shape) else {
      return "does not admit its own extents \(extents): expected multiples of \(multiples) "
        + "up to \(limits)"
    }
    return nil
  }

  /// - Throws: `StirError.Code.invalidData` unless an item of `shape` may be written.
  public func requireAdmitted(_ shape: [Int]) throws {
    guard !admits(shape) else { return }
    let axes = zip(multiples, limits).map { $0 == $1 ? "\($0)" : "a multiple of \($0) up to \($1)" }
    throw StirError(
      .invalidData,
      "expected an item of the shape [\(([String(channels)] + axes).joined(separator: ", "))], "
        + "found \(shape)")
  }
}
