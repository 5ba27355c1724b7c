/// Denoises stretches of a recording at one rate.
public protocol WindowDenoiser {
  /// Hz at which it works.
  var sampleRate: Int { get }
  /// Samples in a window.
  var window: Int { get }
  /// Samples shared by neighbouring windows, at most half of `window`.
  var overlap: Int { get }

  /// Denoises the windows of all channels that begin at the same moment.
  ///
  /// - Parameters:
  ///   - channels: the recording's, each of `window` samples.
  ///   - number: counts windows from the recording's start, so that randomness can follow from (seed,
  ///     number).
  /// - Returns: as many channels of `window` samples.
  func callAsFunction(_ channels: [[Float]], number: Int) throws -> [[Float]]
}
