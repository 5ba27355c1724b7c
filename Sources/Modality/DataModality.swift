@_exported import Core
import Foundation

/// A kind of data at hand: how its files become arrays of floats and how such arrays become files
/// again.
///
/// Everything that diffuses is the same code for every modality. A modality knows files, units and
/// pictures; it knows nothing of tensors. Whoever writes one conforms to ``ConfigurableModality``,
/// which adds how it is made from a configuration; a plugin that is loaded at run time comes as a
/// `DataModality` too.
///
/// Laws, each of which ``ModalityCheck`` tests:
/// - every item of a data set has the shape `layout.shape` and finite values, nearly all in ±1;
/// - `item(at:seed:)` is a pure function of index and seed, and may be called from many threads;
/// - an item that is written and read again comes back within `tolerance`, once a change of its
///   `scale` is undone;
/// - items of every extent that `layout` admits can be written and drawn;
/// - an input that cannot be read is an error or is listed in `rejected` by name and reason, never
///   replaced, never a crash;
/// - features are finite and as many for each item; reading items does not use up memory.
public protocol DataModality: Sendable {
  /// The name in recipes and model files, such as `audio`.
  var identifier: String { get }
  /// The version of the encoding; a model remembers the one that it was trained with.
  var version: String { get }
  /// The whole configuration, for recipes and model files.
  func configurationTree() throws -> JSONValue

  /// The shape of an item.
  var layout: Layout { get }
  /// The signals that come with each item for a network to be conditioned on; usually none.
  var conditions: [Condition] { get }
  /// How many positions of the last axis make a second, in Hz; nil where it is not time, or its
  /// rate is not known.
  var positionsPerSecond: Double? { get }
  /// The extension of the files that `write` makes, without its dot.
  var fileExtension: String { get }
  /// The most by which a value differs after its item was written and read again.
  var tolerance: Float { get }

  /// The items in a file or, recursively, in a folder.
  /// - Parameter progress: called now and then with how many of how many inputs were looked at;
  ///   what it throws ends the reading.
  /// - Throws: `StirError.Code.missingInput` when nothing is there, `.invalidData` when nothing
  ///   there can be used.
  func dataset(
    at url: URL, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> any DataSet

  /// The whole of a file as one item, of the file's own extent where `layout` admits that; unless a
  /// modality says otherwise, the first item of its data set.
  ///
  /// - Throws: what `dataset(at:progress:)` throws.
  func wholeItem(at url: URL) throws -> Item

  /// This modality with whatever it must learn from the training data (a typical level, the mean
  /// of each channel) filled into its configuration, so that the model file carries it.
  func fitted(to data: any DataSet) throws -> Self

  /// Writes one item atomically, undoing every normalisation.
  func write(_ item: Item, to url: URL) throws

  /// A picture that shows a person what the item is.
  func preview(_ item: Item) throws -> Picture

  /// What stands at `url`, in the modality's own terms; `progress` as in `dataset(at:progress:)`.
  func inspect(
    at url: URL, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> InspectionReport

  /// Numbers that describe the item to a distance between sets of items: as many for each item,
  /// alike for items that a person finds alike.
  func features(of item: Item) throws -> [Float]

  /// Measures of its own that compare items that were made with real ones; usually none.
  func metrics(of made: [Item], against real: [Item]) throws -> [Metric]
}

/// A modality as its author writes it: named by its type, made from a configuration.
public protocol ConfigurableModality: DataModality {
  associatedtype Settings: ModalityConfiguration

  /// The name in recipes and model files: lower-case letters, digits and hyphens.
  static var identifier: String { get }
  /// The version of the encoding; to be raised when the same file becomes another array.
  static var version: String { get }
  /// What the data is, in one sentence.
  static var summary: String { get }

  var configuration: Settings { get }
  /// - Throws: `StirError.Code.configuration` for values that do not go together.
  init(configuration: Settings) throws
}

/// A modality's configuration, with a sentence for each of its keys.
public protocol ModalityConfiguration: Configuration {
  /// What each key means, with its unit and what is admitted: as many entries as there are keys.
  static var help: [String: String] { get }
}

/// A measure of what was made, such as a distance between spectra.
public struct Metric: Codable, Hashable, Sendable {
  /// The name with its unit, such as `log-spectral distance (dB)`.
  public var name: String
  public var value: Double

  public init(_ name: String, _ value: Double) {
    self.name = name
    self.value = value
  }
}

/// What `stir inspect` says of data: a text for people, a tree for scripts.
public struct InspectionReport: Sendable {
  public var text: String
  public var json: JSONValue

  public init(text: String, json: JSONValue) {
    self.text = text
    self.json = json
  }
}

extension ConfigurableModality {
  public var identifier: String { Self.identifier }
  public var version: String { Self.version }
  public func configurationTree() throws -> JSONValue { try JSONValue(encoding: configuration) }
}

extension DataModality {
  public var conditions: [Condition] { [] }

  public var positionsPerSecond: Double? { nil }

  public func wholeItem(at url: URL) throws -> Item { try dataset(at: url).item(at: 0, seed: 0) }

  public func fitted(to data: any DataSet) throws -> Self { self }

  public func metrics(of made: [Item], against real: [Item]) throws -> [Metric] { [] }

  public func dataset(at url: URL) throws -> any DataSet {
    try dataset(at: url, progress: { _, _ in })
  }

  public func inspect(at url: URL) throws -> InspectionReport {
    try inspect(at: url, progress: { _, _ in })
  }
}
