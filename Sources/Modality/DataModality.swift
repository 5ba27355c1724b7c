@_exported import Core
import Foundation

/// A kind of data: how its files become arrays of floats and how such arrays become files again.
///
/// Everything that diffuses is the same code for every modality. A modality knows files, units
/// and pictures; it knows nothing of tensors, and whoever writes one needs no tensor library.
///
/// Laws:
/// - every item of a data set has the shape `layout.shape` and finite values near [-1, 1];
/// - `item(at:seed:)` is a pure function of index and seed, and may be called from many threads;
/// - an input that cannot be read is listed in `rejected` by name and reason, never replaced.
public protocol DataModality: Sendable {
  associatedtype Settings: Configuration

  /// The name in recipes and model files, such as `audio`.
  static var identifier: String { get }
  /// The version of the encoding; a model remembers the one that it was trained with.
  static var version: String { get }

  var configuration: Settings { get }
  /// - Throws: `StirError.Code.configuration` for values that do not go together.
  init(configuration: Settings) throws

  var layout: Layout { get }
  /// The extension of the files that `write` makes, without its dot.
  var fileExtension: String { get }

  /// The items in a file or, recursively, in a folder.
  /// - Parameter progress: called now and then with how many of how many inputs were looked at;
  ///   what it throws ends the reading.
  /// - Throws: `StirError.Code.missingInput` when nothing is there, `.invalidData` when nothing
  ///   there can be used.
  func dataset(
    at url: URL, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> any DataSet

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
}

extension DataModality {
  /// The configuration as a tree, for recipes and model files.
  public func configurationTree() throws -> JSONValue { try JSONValue(encoding: configuration) }

  public func fitted(to data: any DataSet) throws -> Self { self }

  public func dataset(at url: URL) throws -> any DataSet {
    try dataset(at: url, progress: { _, _ in })
  }

  public func inspect(at url: URL) throws -> InspectionReport {
    try inspect(at: url, progress: { _, _ in })
  }
}

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

  public init(shape: [Int], values: [Float], scale: Float? = nil, label: Int? = nil) {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values for shape \(shape)")
    self.shape = shape
    self.values = values
    self.scale = scale
    self.label = label
  }
}

/// Items that stay on disk until they are asked for.
public protocol DataSet: Sendable {
  var count: Int { get }
  /// The class names that `Item.label` indexes; empty if the data has none.
  var labels: [String] { get }
  /// Inputs that cannot be used, each with its reason.
  var rejected: [RejectedInput] { get }
  /// The item at `index`; `seed` decides what is random about it, such as where a crop begins.
  func item(at index: Int, seed: UInt64) throws -> Item
  /// The file (or other source) that the item at `index` is taken from. Items of one source never
  /// stand on both sides of a held-out split.
  func source(of index: Int) -> String
}

/// An input that a data set leaves out, and why.
public struct RejectedInput: Codable, Hashable, Sendable {
  public var name: String
  public var reason: String

  public init(name: String, reason: String) {
    self.name = name
    self.reason = reason
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
