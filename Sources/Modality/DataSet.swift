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

extension DataSet {
  public var labels: [String] { [] }
  public var rejected: [RejectedInput] { [] }
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

extension [RejectedInput] {
  /// The error of a data set that is left with nothing: what was rejected, and why.
  /// - Parameters:
  ///   - noun: what one input is called, such as `sound file`.
  ///   - folder: where they stand.
  public func nothingUsable(_ noun: String, in folder: String) -> StirError {
    let shown = prefix(5).map { "\n  \($0.name): \($0.reason)" }.joined()
    let more = count > 5 ? "\n  and \(count - 5) more" : ""
    return StirError(
      .invalidData, "none of \(counted(count, noun)) in \(folder) can be used:\(shown)\(more)")
  }
}

/// Up to `most` of the numbers 0..<`count`, spread evenly over them.
public func spreadEvenly(_ most: Int, over count: Int) -> [Int] {
  let taken = min(most, count)
  return (0..<taken).map { $0 * count / taken }
}

/// `1 file`, `2 files`.
public func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}
