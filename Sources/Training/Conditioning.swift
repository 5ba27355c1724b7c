import Core
import Modality

/// What a network is told of an item besides its noise level.
public struct Conditioning: Configuration {
  /// Whether it is told the item's class.
  public var labels = false
  /// The classes by name, in the order of the network's; the training data's, settled when training
  /// starts.
  public var classes: [String] = []
  /// The share of items that are trained as of no class, so that the network can be asked for what
  /// is likely whatever the class (Ho and Salimans, "Classifier-Free Diffusion Guidance", 2022,
  /// algorithm 1).
  public var dropout = 0.1

  public init() {}

  enum CodingKeys: String, CodingKey {
    case labels, classes
    case dropout = "label_dropout"
  }

  /// - Throws: `StirError.Code.configuration` for data without classes, or a dropout out of range.
  mutating func settle(on data: any DataSet) throws {
    guard (0...1).contains(dropout) else {
      throw StirError(
        .configuration, "conditioning: label_dropout is \(dropout), expected from 0 to 1")
    }
    guard labels else { return }
    guard !data.labels.isEmpty else {
      throw StirError(
        .configuration,
        "conditioning.labels is true, but the data has no classes; put the files of each class into "
          + "a folder of its own, say where class names come from in the data's configuration "
          + "(labels), or set conditioning.labels to false")
    }
    classes = data.labels
  }

  /// The class called `name`.
  /// - Throws: `StirError.Code.configuration` with the names that there are.
  public func label(named name: String) throws -> Int {
    guard !classes.isEmpty else {
      throw StirError(
        .configuration, "this model knows no classes; train one with conditioning.labels=true")
    }
    guard let label = classes.firstIndex(of: name) else {
      throw StirError(
        .configuration,
        "\"\(name)\" is not one of the model's classes: \(classes.joined(separator: ", "))"
          + suggestion(for: name, among: classes))
    }
    return label
  }
}
