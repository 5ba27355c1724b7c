import Core

/// Everything that decides a U-Net's shape.
public struct UNetConfiguration: Configuration {
  /// Channels that go in: of the data, and of the recording beside it for a network that is shown one.
  public var inputChannels = 1
  /// Channels that come out; as many as go in when 0.
  public var outputChannels = 0
  /// 1 for signals [batch, channels, time], 2 for images [batch, channels, height, width].
  public var rank = 1
  /// Channels at the top level.
  public var width = 32
  /// The channels of each level, as multiples of `width`.
  public var channelMultipliers = [1, 2, 4, 8]
  /// The factor by which each level but the last shortens the signal for the next.
  public var downFactors = [4, 4, 4]
  /// Neighbouring samples, or frequencies of a spectrum, folded into channels before the first
  /// convolution.
  public var patch = 1
  /// Samples under the window of the Fourier transform through which the network sees signals; 0
  /// shows it the samples.
  public var stftWindow = 0
  /// Residual blocks on the way down and on the way up, at each level.
  public var blocksPerLevel = 2
  /// The dilation of each block of a level, repeated as needed.
  public var dilations = [1, 2]
  /// The levels (0 is the top) that have self-attention.
  public var attentionLevels = [3]
  /// Channels of one attention head.
  public var headWidth = 32
  /// Classes that the network can be told, 0 for none.
  public var classes = 0
  /// Groups of every group normalisation, at most.
  public var groups = 8

  public init() {}

  /// About three million parameters: enough for short clips, trained in minutes on two cores.
  public static let small = UNetConfiguration()

  enum CodingKeys: String, CodingKey {
    case inputChannels = "in_channels"
    case outputChannels = "out_channels"
    case rank, width
    case channelMultipliers = "channel_multipliers"
    case downFactors = "down_factors"
    case patch
    case stftWindow = "stft_window"
    case blocksPerLevel = "blocks_per_level"
    case dilations
    case attentionLevels = "attention_levels"
    case headWidth = "attention_head_dim"
    case classes = "num_class_embeds"
    case groups = "norm_num_groups"
  }

  /// The layers admit extents that are multiples of this; the network pads others, and cuts again.
  public var admittedMultiple: Int { grid.downFactors.reduce(grid.patch, *) }

  /// Channels that come out.
  public var outputs: Int { outputChannels > 0 ? outputChannels : inputChannels }

  /// The network proper: of a spectrum, the one that works on its image.
  var grid: UNetConfiguration {
    guard stftWindow > 0 else { return self }
    var grid = self
    grid.rank = 2
    grid.patch = 1
    grid.inputChannels = SpectralEdge.features(inputChannels, fold: patch)
    grid.outputChannels = SpectralEdge.gains(inputChannels, outputs, fold: patch)
    return grid
  }

  /// - Throws: `StirError.Code.configuration` for values that do not go together.
  func validate() throws {
    func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
      guard condition else { throw StirError(.configuration, "network: \(message())") }
    }
    try require((1...2).contains(rank), "rank is \(rank), expected 1 (signals) or 2 (images)")
    try require(
      !channelMultipliers.isEmpty && downFactors.count == channelMultipliers.count - 1,
      "\(channelMultipliers.count) channel_multipliers need \(channelMultipliers.count - 1) "
        + "down_factors, found \(downFactors.count)")
    let positive =
      [inputChannels, width, patch, blocksPerLevel, headWidth, groups] + channelMultipliers
      + dilations
    try require(
      positive.allSatisfy { 1...65_536 ~= $0 } && !dilations.isEmpty,
      "in_channels, width, patch, blocks_per_level, attention_head_dim, norm_num_groups, "
        + "channel_multipliers and dilations are at least 1 and at most 65536")
    try require(
      0...65_536 ~= outputChannels, "out_channels is \(outputChannels), expected 0 to 65536")
    try require(
      0...65_536 ~= classes, "num_class_embeds is \(classes), expected 0 to 65536")
    try require(
      downFactors.allSatisfy { 2...64 ~= $0 }, "down_factors are from 2 to 64, found \(downFactors)"
    )
    let multiple = downFactors.reduce(Double(patch)) { $0 * Double($1) }
    try require(
      multiple <= 1_048_576,
      "patch and down_factors shorten the data \(multiple) times, at most 1048576 is admitted")
    let rows = downFactors.reduce(2 * patch, *)
    try require(
      stftWindow == 0 || (rank == 1 && 2...65_536 ~= stftWindow && stftWindow % rows == 0),
      "stft_window is \(stftWindow) at rank \(rank), expected 0, or for signals (rank 1) a multiple of "
        + "2·patch and all down_factors, \(rows)")
    try require(
      attentionLevels.allSatisfy(channelMultipliers.indices.contains),
      "attention_levels \(attentionLevels) name a level that is not there; "
        + "there are \(channelMultipliers.count), counted from 0")
  }
}
