/// The shape of one item: how many channels, and what each axis may be long.
///
/// Rank 1 is `[channels, time]`, rank 2 is `[channels, height, width]`.
public struct Layout: Codable, Hashable, Sendable {
  public var channels: Int
  /// The extent of each axis of a training item, in samples or pixels.
  public var extents: [Int]

  public init(channels: Int, extents: [Int]) {
    self.channels = channels
    self.extents = extents
  }

  public var rank: Int { extents.count }
  /// `[channels] + extents`.
  public var shape: [Int] { [channels] + extents }
  /// The number of values in one item.
  public var count: Int { shape.reduce(1, *) }
}
