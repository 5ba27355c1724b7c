import Core

/// What is done to clean recordings so that a denoiser can be trained to undo it. Shares are
/// probabilities of an item.
public struct Degradation: Configuration {
  /// The range of the signal-to-noise ratio in dB, over the whole of an item, each ratio as likely.
  public var lowestSNR = -5.0
  public var highestSNR = 20.0
  /// The share whose ratio is between the highest and 50 dB: what is clean shall stay as it is.
  public var cleanShare = 0.1
  /// The share that holds noise alone.
  public var noiseShare = 0.03
  /// The share with a second noise laid over the first.
  public var layerShare = 0.35
  /// The share of noises that are made up: coloured and swelling noise, at times with a hum.
  public var syntheticShare = 0.3
  /// The share of noises with other tone controls than they were recorded with.
  public var equalizerShare = 0.4
  /// Recordings play faster or slower by up to this share, which makes other voices of them.
  public var speed = 0.15
  /// The share with a room around the signal; the room belongs to what is wanted.
  public var reverbShare = 0.2
  /// The share whose signal and noise reach up to a limit only, as over a telephone.
  public var bandLimitShare = 0.35
  /// The share of recordings of 0.25 to 1 s, which are continued by their mirror image as short files
  /// are when they are denoised.
  public var shortShare = 0.2
  /// The share of recordings that are overdriven.
  public var clippingShare = 0.05

  public init() {}

  enum CodingKeys: String, CodingKey {
    case lowestSNR = "snr_min"
    case highestSNR = "snr_max"
    case cleanShare = "clean_share"
    case noiseShare = "noise_share"
    case layerShare = "layer_share"
    case syntheticShare = "synthetic_share"
    case equalizerShare = "equalizer_share"
    case speed
    case reverbShare = "reverb_share"
    case bandLimitShare = "band_limit_share"
    case shortShare = "short_share"
    case clippingShare = "clipping_share"
  }

  /// - Throws: `StirError.Code.configuration` for a value out of range.
  func validate() throws {
    func require(_ condition: Bool, _ message: String) throws {
      guard condition else { throw StirError(.configuration, "denoising.degradation: \(message)") }
    }
    try require(
      -60 <= lowestSNR && lowestSNR <= highestSNR && highestSNR <= 50,
      "snr_min and snr_max are \(lowestSNR) and \(highestSNR), expected -60 to 50 dB in this order")
    let shares = [
      cleanShare, noiseShare, layerShare, syntheticShare, equalizerShare, reverbShare,
      bandLimitShare, shortShare, clippingShare,
    ]
    try require(shares.allSatisfy((0...1).contains), "a share is a number from 0 to 1")
    try require((0...0.5).contains(speed), "speed is \(speed), expected from 0 to 0.5")
  }
}
