import Modality

/// How recordings become items of one rate, length and loudness, and items become files.
public struct AudioConfiguration: ModalityConfiguration {
  /// The rate of an item in Hz; recordings of other rates are converted.
  public var sampleRate = 16_000
  /// The samples in one channel of an item. Longer recordings are cropped, shorter ones stand at
  /// the start and are padded with zeros.
  public var length = 16_384
  /// The channels of an item. 1 is the mean of all channels of the recording; otherwise channel c
  /// of an item is channel c modulo the recording's count, so that a mono recording is repeated
  /// and of a surround recording the front channels stay.
  public var channels = 1
  public var crop = Crop.random
  public var normalize = Normalization.clip
  /// The factor of a typical recording, by which generated items are divided when they are
  /// written; 0 until it is set by hand or measured by ``AudioModality/fitted(to:)``.
  public var typicalScale = 0.0
  /// A clip is silent if none of its stretches of 20 ms reaches this RMS level in dBFS.
  public var silenceDecibels = -60.0
  public var labels = LabelSource.folder
  public var container = Container.wav
  public var subtype = Subtype.pcm16

  public init() {}

  enum CodingKeys: String, CodingKey {
    case length, channels, crop, normalize, labels, container, subtype
    case sampleRate = "sample_rate"
    case typicalScale = "typical_scale"
    case silenceDecibels = "silence_db"
  }

  public static let help = [
    "sample_rate":
      "the rate of an item in Hz, 1 to 1000000; recordings of other rates are converted",
    "length": "the samples of an item; shorter recordings stand at the start, then zeros",
    "channels": "1 mixes all channels; n takes channel c modulo the recording's count; at most 64",
    "crop": "random: any part of a long recording; start: its beginning",
    "normalize": "clip: each clip's loud part to an RMS of 0.25; dataset: one factor for all; none",
    "typical_scale": "the factor that is undone for generated items; 0: measured in training",
    "silence_db": "a clip is silent if no 20 ms of it reach this RMS in dBFS, -200 to 0",
    "labels": "folder: the name of a file's folder; name: its name up to the first _; none",
    "container": "the kind of file that is written: wav, flac",
    "subtype": "pcm16, pcm24, or in WAV float",
  ]

  /// Which part of a long recording an item shows.
  public enum Crop: String, NamedChoice {
    /// Any part, drawn by the item's seed. A recording of n whole lengths counts as n items, each
    /// with its own share of it, so that an epoch covers it all.
    case random
    /// The first `length` samples: right for single hits, whose attack matters most.
    case start
  }

  /// What is done to levels before a network sees them, and undone on writing.
  public enum Normalization: String, NamedChoice {
    /// Each clip gets a factor of its own that brings its loud part to an RMS of 0.25.
    case clip
    /// All clips share one factor that brings the median recording's loud part to 0.25.
    case dataset
    /// Values stay as they were recorded.
    case none
  }

  /// The kind of file that is written; the raw value is its extension.
  public enum Container: String, NamedChoice {
    case wav, flac
  }

  /// How a written file stores a sample.
  public enum Subtype: String, NamedChoice {
    /// Whole numbers of 16 or 24 bits.
    case pcm16, pcm24
    /// 32-bit floating point, which has no full scale that it would clip at; not in FLAC.
    case float
  }
}

extension AudioConfiguration {
  /// - Throws: `StirError.Code.configuration` naming the first key whose value is not admitted.
  func validate() throws {
    func require(_ holds: Bool, _ key: String, _ expected: String, _ found: Any) throws {
      guard !holds else { return }
      throw StirError(.configuration, "\(key): expected \(expected), found \(found)")
    }
    try require(
      (1...1_000_000).contains(sampleRate), "sample_rate", "1 to 1000000 Hz", sampleRate)
    try require((1...(1 << 28)).contains(length), "length", "1 to 268435456 samples", length)
    try require((1...64).contains(channels), "channels", "1 to 64", channels)
    try require(
      typicalScale >= 0 && typicalScale.isFinite, "typical_scale", "0 or a positive factor",
      typicalScale)
    try require(
      (-200...0).contains(silenceDecibels), "silence_db", "-200 to 0 dBFS", silenceDecibels)
    try require(
      container != .flac || subtype != .float, "subtype",
      "pcm16 or pcm24, for FLAC holds whole numbers only", subtype.rawValue)
  }
}
