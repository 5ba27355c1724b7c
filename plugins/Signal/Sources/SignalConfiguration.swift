import Modality

/// How files of samples become items of one length, and items become files.
public struct SignalConfiguration: ModalityConfiguration {
  /// In Hz; 0 takes the rate of a WFDB header, and without one counts a sample as a second.
  public var samplingRate = 0.0
  /// The samples in one channel of an item.
  public var length = 512
  /// The samples from the start of one window to that of the next; 0 is `length`.
  public var hop = 0
  public var crop = Crop.random
  /// Whether a recording shorter than an item is used, its last value repeated.
  public var pad = false
  /// The columns (of a text), signals (of a WFDB record) or channels (of an array) that are the
  /// channels of an item; empty for all.
  public var columns: [ColumnName] = []
  /// The channels of an item; 0 for as many as `columns` names, or 1.
  public var channels = 0
  /// Columns that condition an item rather than belong to it.
  public var conditionColumns: [ColumnName] = []
  /// The suffix of the files that list events by sample number: `beats` means that `100_beats.csv`
  /// lists those in `100.npy`. Empty for none.
  public var events = ""
  public var gaps = Gaps.skip
  /// The longest gap in samples that `gaps: interpolate` fills.
  public var maxGap = 10
  public var normalize = Normalization.channel
  /// For each channel and then each condition column, what is subtracted; empty until it is set by
  /// hand or measured by ``SignalModality/fitted(to:)``.
  public var mean: [Double] = []
  /// The same for what the difference is divided by.
  public var scale: [Double] = []
  /// What recorded whole numbers are multiplied by to be in the unit; WFDB headers have their own.
  public var factor = 1.0
  /// The name of the unit, for pictures.
  public var unit = ""
  public var arrayOrder = ArrayOrder.timeChannels
  /// The array of an `.npz` that has several.
  public var member = ""
  /// The channels that are interleaved in a `.raw`, `.i16` or `.bin`.
  public var rawChannels = 1
  public var labels = LabelSource.folder
  public var container = Container.csv

  public init() {}

  enum CodingKeys: String, CodingKey {
    case length, hop, crop, pad, columns, channels, events, gaps, normalize, mean, scale, factor
    case unit, member, labels, container
    case samplingRate = "sampling_rate"
    case conditionColumns = "condition_columns"
    case maxGap = "max_gap"
    case arrayOrder = "array_order"
    case rawChannels = "raw_channels"
  }

  public static let help = [
    "sampling_rate":
      "in Hz, up to 1000000000; 0: as a WFDB header says, or 1; never converted",
    "length": "the samples of an item",
    "hop": "the samples from one window to the next; 0: length, so that windows do not overlap",
    "crop": "random: a window begins anywhere within its hop, by the seed; fixed: at its start",
    "pad": "true: a recording shorter than an item is used, its last value repeated",
    "columns": "the channels of an item, by name or by number from 0; empty: all columns",
    "channels": "how many channels an item has, up to 1024; 0: as many as columns names, or 1",
    "condition_columns": "columns that condition an item, by name or by number from 0",
    "events":
      "beats: NAME_beats.csv lists samples of NAME.npy, a condition of 0 and 1; empty: none",
    "gaps": "skip: no window has a missing value; interpolate: gaps of up to max_gap are filled",
    "max_gap": "the longest gap in samples that interpolate fills with a straight line",
    "normalize": "channel: minus mean, divided by scale, so that nearly all is in ±1; none",
    "mean": "of each channel, then of each condition column; empty: measured in training",
    "scale": "of each channel, then of each condition column; empty: measured in training",
    "factor": "what whole numbers in .npy, .npz, .raw, .i16, .bin are multiplied by, such as 0.005",
    "unit": "the name of the unit, for pictures, such as mV",
    "array_order": "the axes of a .npy or .npz: time_channels, channels_time",
    "member": "the array of an .npz that is read; empty: the only one",
    "raw_channels": "the channels that are interleaved in a .raw, .i16 or .bin, up to 65536",
    "labels": "folder: the name of a file's folder; name: its name up to the first _; none",
    "container": "the kind of file that is written: csv, npy",
  ]

  /// Where in its hop a window begins.
  public enum Crop: String, NamedChoice {
    /// Anywhere, drawn by the item's seed, so that training sees every shift.
    case random
    /// At the start.
    case fixed
  }

  /// What becomes of missing values.
  public enum Gaps: String, NamedChoice {
    /// Windows lie between gaps.
    case skip
    /// A gap of up to `max_gap` samples is bridged by a straight line; windows lie between others.
    case interpolate
  }

  /// What is done to values before a network sees them, and undone on writing.
  public enum Normalization: String, NamedChoice {
    /// Each channel has one mean and one scale in all items.
    case channel
    /// Values stay in their unit.
    case none
  }

  /// What the axes of an array of two are.
  public enum ArrayOrder: String, NamedChoice {
    case timeChannels = "time_channels"
    case channelsTime = "channels_time"
  }

  /// The kind of file that is written; the raw value is its extension.
  public enum Container: String, NamedChoice {
    case csv, npy
  }
}
