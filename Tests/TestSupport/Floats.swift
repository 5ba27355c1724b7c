import Foundation
import Modality

/// A modality for tests: text files of numbers, each one an item, with a scale, a label, a caption
/// and a condition; and faults that break a law each.
public struct Floats: ConfigurableModality {
  public static let identifier = "floats"
  public static let version = "3"
  public static let summary = "numbers in text files"

  public struct Settings: ModalityConfiguration {
    public var length = 48
    public var gain = 2.0
    public var fault = Fault.none
    public var word = "1"

    public init() {}

    public static let help = [
      "length": "numbers of an item", "gain": "what recorded values are multiplied by",
      "fault": "the law to break", "word": "a text",
    ]
  }

  public enum Fault: String, NamedChoice {
    case none, values, condition, label, lossy, unseeded, features, manyItems, shape, admits
    case takesEmpty
  }

  public let configuration: Settings

  public init(configuration: Settings) throws {
    guard configuration.length > 0, configuration.length % 4 == 0 else {
      throw StirError(.configuration, "length: expected a multiple of 4")
    }
    self.configuration = configuration
  }

  public var layout: Layout {
    Layout(channels: 1, extents: [configuration.length], multiples: [4], limits: [4_000])
  }
  public let conditions = [Condition(name: "mean", shape: [1, 2])]
  public let fileExtension = "txt"
  public let tolerance: Float = 1e-5

  public func dataset(
    at url: URL, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> any DataSet {
    let listing = try FolderListing(url, extensions: ["txt"], noun: "text file")
    var rejected = listing.rejected
    var items: [(String, [Float])] = []
    for (number, entry) in listing.entries.enumerated() {
      let text = try String(contentsOfFile: listing.folder + "/" + entry.path, encoding: .isoLatin1)
      let values = text.split(separator: "\n").compactMap { Float($0) }.filter(\.isFinite)
      if values.count == configuration.length || configuration.fault == .takesEmpty {
        items.append((entry.path, values))
      } else {
        rejected.append(RejectedInput(name: entry.path, reason: "has \(values.count) numbers"))
      }
      try progress(number + 1, listing.entries.count)
    }
    guard !items.isEmpty else { throw rejected.nothingUsable("text file", in: listing.folder) }
    return FloatsData(items: items, configuration: configuration, rejected: rejected)
  }

  public func fitted(to data: any DataSet) throws -> Floats {
    var fitted = configuration
    fitted.word = "fitted to \(data.count)"
    return try Floats(configuration: fitted)
  }

  public func write(_ item: Item, to url: URL) throws {
    if configuration.fault != .admits { try layout.requireAdmitted(item.shape) }
    let scale = item.scale ?? Float(configuration.gain)
    let factor: Float = configuration.fault == .lossy ? 0.9 : 1
    let text = item.values.map { "\($0 * factor / scale)\n" }.joined()
    try writeAtomically(
      Data((configuration.fault == .manyItems ? text + text : text).utf8), to: url)
  }

  public func features(of item: Item) throws -> [Float] {
    configuration.fault == .features ? [.nan] : [item.values[0], item.conditions.first?[0] ?? 0]
  }

  public func metrics(of made: [Item], against real: [Item]) throws -> [Metric] {
    [Metric("items", Double(made.count - real.count))]
  }
}

private struct FloatsData: DataSet {
  let items: [(String, [Float])]
  let configuration: Floats.Settings
  let rejected: [RejectedInput]
  let labels = ["even", "odd"]
  var count: Int { items.count }

  func source(of index: Int) -> String { items[index].0 }

  func item(at index: Int, seed: UInt64) throws -> Item {
    let fault = configuration.fault
    var values = items[index].1.map { $0 * Float(configuration.gain) }
    if fault == .takesEmpty, values.count != configuration.length {
      values = Array(repeating: 0, count: configuration.length)
    }
    if fault == .values { values[3] = .infinity }
    if fault == .unseeded { values[0] = Float.random(in: 0...1) }
    if fault == .shape { values += [0, 0, 0, 0] }
    let mean = fault == .condition ? Float.nan : values.reduce(0, +) / Float(values.count)
    return Item(
      shape: [1, values.count], values: values, scale: Float(configuration.gain),
      label: fault == .label ? 5 : index % 2, caption: "number \(index), \u{00E9}",
      conditions: [[mean, 1]])
  }
}
