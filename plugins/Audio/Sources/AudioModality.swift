import Foundation
import Modality

/// Sound: recordings of any common format in, WAV or FLAC out.
///
/// An item is [channels, time] at ``AudioConfiguration/sampleRate``, with values in about ±1.
public struct AudioModality: ConfigurableModality {
  public static let identifier = "audio"
  public static let version = "1"
  public static let summary = "sound: recordings of any common format in, WAV or FLAC out"

  public let configuration: AudioConfiguration
  /// The folder that remembers what was measured in recordings, so that a folder of them is
  /// decoded once and not at every start; nil remembers nothing.
  ///
  /// `stir/audio-index` in `$XDG_CACHE_HOME` or, if that is not set, in `~/.cache`.
  public var cacheFolder: URL? = AudioIndexCache.standardFolder()

  public init(configuration: AudioConfiguration) throws {
    try configuration.validate()
    self.configuration = configuration
  }

  /// Audio with the defaults of everything but its size.
  ///
  /// - Parameters:
  ///   - sampleRate: in Hz, 1 to 1 000 000.
  ///   - length: in samples per channel, 1 or more.
  ///   - channels: 1 to 64; 1 mixes.
  /// - Throws: `StirError.Code.configuration` for values outside these ranges.
  public init(sampleRate: Int, length: Int, channels: Int = 1) throws {
    var configuration = AudioConfiguration()
    configuration.sampleRate = sampleRate
    configuration.length = length
    configuration.channels = channels
    try self.init(configuration: configuration)
  }

  /// Clips of any length may be written.
  public var layout: Layout {
    Layout(
      channels: configuration.channels, extents: [configuration.length], multiples: [1],
      limits: [max(configuration.length, 1 << 28)])
  }

  /// Half a step of the file's whole numbers, as loud as normalisation makes it in the quietest clip
  /// that is not silent at -60 dBFS.
  public var tolerance: Float {
    switch configuration.subtype {
    case .pcm16: 5e-3
    case .pcm24: 2e-5
    case .float: 1e-5
    }
  }

  public var positionsPerSecond: Double? { Double(configuration.sampleRate) }

  public var fileExtension: String { configuration.container.rawValue }

  /// The items in a sound file or, recursively, in a folder of them.
  ///
  /// Each recording is decoded once, block by block, to measure it; ``cacheFolder`` spares that at
  /// the next start. Hidden files and files that are no audio by their extension are passed over.
  ///
  /// - Throws: `StirError.Code.missingInput` when there is no sound file, `.invalidData` when none
  ///   can be used.
  public func dataset(
    at url: URL, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> any DataSet {
    let index = try AudioIndex(at: url, cacheFolder: cacheFolder, progress: progress)
    return try AudioDataSet(index, configuration: configuration)
  }

  /// A recording from its start to its end, levelled as a whole.
  public func wholeItem(at url: URL) throws -> Item {
    let index = try AudioIndex(at: url, cacheFolder: cacheFolder)
    var whole = configuration
    whole.crop = .start
    do {
      for file in index.files.prefix(1) { whole.length = try file.usableLength(configuration) }
    } catch let error as StirError {
      throw error.located(url.path)
    }
    try whole.validate()
    return try AudioDataSet(index, configuration: whole).item(at: 0, seed: 0)
  }

  /// This modality with the median factor of up to 200 items as its `typical_scale`, unless that
  /// is set already.
  public func fitted(to data: any DataSet) throws -> AudioModality {
    guard configuration.typicalScale == 0, data.count > 0 else { return self }
    let scales = try spreadEvenly(200, over: data.count).compactMap {
      try data.item(at: $0, seed: 0).scale
    }
    guard let typical = median(scales) else { return self }
    var configuration = configuration
    configuration.typicalScale = Double(typical)
    var fitted = try AudioModality(configuration: configuration)
    fitted.cacheFolder = cacheFolder
    return fitted
  }

  public func inspect(
    at url: URL, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> InspectionReport {
    let index = try AudioIndex(at: url, cacheFolder: cacheFolder, progress: progress)
    return try AudioInspection(index, configuration: configuration).report()
  }
}
