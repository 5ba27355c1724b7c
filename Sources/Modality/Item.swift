/// One thing to learn from or to write: host floats in row-major order.
public struct Item: Hashable, Sendable {
  /// `[channels] + extents`.
  public var shape: [Int]
  /// Normalised values in row-major order, near [-1, 1].
  public var values: [Float]
  /// The factor that normalisation multiplied the recorded values by, which `write` divides out.
  /// Nil for a generated item: the modality then undoes its typical factor.
  public var scale: Float?
  /// The index in the data set's `labels`.
  public var label: Int?
  /// What a person would say of it.
  public var caption: String?
  /// The values of each of the modality's `conditions`, in their order and shapes; none for an item
  /// that was made.
  public var conditions: [[Float]]

  public init(
    shape: [Int], values: [Float], scale: Float? = nil, label: Int? = nil, caption: String? = nil,
    conditions: [[Float]] = []
  ) {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values for shape \(shape)")
    self.shape = shape
    self.values = values
    self.scale = scale
    self.label = label
    self.caption = caption
    self.conditions = conditions
  }
}

/// A signal that comes beside each item: what an item is made from rather than what is made, such
/// as a mel spectrogram beside the waveform.
public struct Condition: Codable, Hashable, Sendable {
  public var name: String
  /// `[channels] + extents`, the same for every item.
  public var shape: [Int]

  public init(name: String, shape: [Int]) {
    self.name = name
    self.shape = shape
  }

  /// The number of its values.
  public var count: Int { shape.reduce(1, *) }

  /// What keeps this from being a condition, for a person; nil if nothing does.
  public var fault: String? {
    let isPositive = !shape.isEmpty && shape.allSatisfy { $0 > 0 }
    guard isPositive, shape.reduce(1.0, { $0 * Double($1) }) <= 0x1p30 else {
      return "\(name) has the shape \(shape); expected 1 to 2³⁰ values"
    }
    return nil
  }
}
