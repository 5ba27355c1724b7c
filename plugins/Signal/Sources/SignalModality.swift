import Foundation
import Modality

/// Signals: tables, arrays and records of samples in, CSV or NumPy arrays out.
///
/// An item is [channels, time] at ``SignalConfiguration/samplingRate``, with values in about ±1.
public struct SignalModality: ConfigurableModality {
  public static let identifier = "signal"
  public static let version = "1"
  public static let summary =
    "signals of any rate and number of channels: CSV, NumPy and WFDB files in, CSV or NumPy out"

  public let configuration: SignalConfiguration

  public init(configuration: SignalConfiguration) throws {
    try configuration.validate()
    self.configuration = configuration
  }

  /// Signals of any length may be written.
  public var layout: Layout {
    Layout(
      channels: configuration.channelCount, extents: [configuration.length], multiples: [1],
      limits: [1 << 28])
  }

  /// Each condition column, and the events: [1, length] each.
  public var conditions: [Condition] {
    let names =
      configuration.conditionColumns.map(\.description)
      + (configuration.events.isEmpty ? [] : [configuration.events])
    return names.map { Condition(name: $0, shape: [1, configuration.length]) }
  }

  public var positionsPerSecond: Double? {
    configuration.samplingRate > 0 ? configuration.samplingRate : nil
  }

  public var fileExtension: String { configuration.container.rawValue }

  /// What float32 rounds off values in the unit, for which a mean far from 0 matters most.
  public var tolerance: Float {
    let scaling = Scaling(configuration) ?? Scaling(identity: configuration.valueCount)
    let largest = zip(scaling.mean, scaling.scale).map { abs($0) / $1 }.max() ?? 0
    return max(1e-6, Float(largest + 1) * 5e-7)
  }

  /// The items in a file of samples or, recursively, in a folder of them.
  ///
  /// Text and deflated arrays are read once into a temporary file of floats; floats are looked
  /// through once for gaps; of all else only headers are read. Items come from disk.
  ///
  /// - Throws: `StirError.Code.missingInput` when there is no such file, `.invalidData` when none
  ///   can be used, `.unwritableOutput` when there is no room for the temporary file,
  ///   `.configuration` when `hop` makes more windows than can be told apart.
  public func dataset(
    at url: URL, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> any DataSet {
    try SignalDataSet(
      SignalIndex(at: url, configuration, progress: progress), configuration: configuration)
  }

  /// A recording from its start to its end; one with gaps that are not bridged is an error.
  public func wholeItem(at url: URL) throws -> Item {
    let index = try SignalIndex(at: url, configuration, progress: { _, _ in })
    var whole = configuration
    (whole.hop, whole.crop) = (0, .fixed)
    if let recording = index.recordings.first { whole.length = recording.frames }
    return try SignalDataSet(index, configuration: whole).item(at: 0, seed: 0)
  }

  /// This modality with the rate, means and scales of `data` in its configuration, unless they are
  /// set already.
  ///
  /// - Throws: `StirError.Code.configuration` for a data set of another modality.
  public func fitted(to data: any DataSet) throws -> SignalModality {
    var configuration = configuration
    let isMeasured = configuration.normalize == .none || !configuration.mean.isEmpty
    guard !isMeasured || configuration.samplingRate == 0 else { return self }
    guard let data = data as? SignalDataSet else {
      throw StirError(
        .configuration, "signals can only be fitted to a data set that the signal modality made")
    }
    if !isMeasured {
      (configuration.mean, configuration.scale) = (data.scaling.mean, data.scaling.scale)
    }
    if configuration.samplingRate == 0 { configuration.samplingRate = data.index.samplingRate }
    return try SignalModality(configuration: configuration)
  }

  public func inspect(
    at url: URL, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> InspectionReport {
    let index = try SignalIndex(at: url, configuration, progress: progress)
    return try SignalInspection(index, configuration: configuration).report()
  }
}
