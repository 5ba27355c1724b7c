import Foundation
import Modality

/// All samples of a sound file in memory.
public struct Recording: Sendable {
  /// In Hz.
  public let rate: Int
  /// [channels][frames], in [-1, 1).
  public let channels: [[Float]]

  /// Of one channel.
  public var frames: Int { channels[0].count }

  /// Reads a whole file.
  /// - Throws: `StirError.Code.missingInput` if it cannot be opened, `.invalidData` if it is no
  ///   sound, cut short, empty, or holds what is not a finite number.
  public init(at url: URL) throws {
    let listing = try FolderListing(
      url, extensions: AudioModality.knownExtensions, noun: "sound file")
    let file = AudioFile(measuring: listing.entries[0], in: listing.folder)
    if let fault = file.fault { throw StirError(.invalidData, fault).located(url.path) }
    let count = file.format.channels
    let samples = try SoundFileReader(path: url.path)
      .window(from: 0, count: file.frames, rate: file.format.rate, channels: count)
    rate = file.format.rate
    channels = (0..<count).map { channel in
      stride(from: channel, to: samples.count, by: count).map { samples[$0] }
    }
  }

  private init(rate: Int, channels: [[Float]]) { (self.rate, self.channels) = (rate, channels) }

  /// The recording at another rate.
  ///
  /// - Parameters:
  ///   - target: in Hz.
  ///   - expected: as many frames the result has if that is one more or less than lasts as long:
  ///     programs differ in how they round.
  /// - Throws: `StirError.Code.invalidData` if the rates are more than 256 times apart.
  public func converted(to target: Int, near expected: Int? = nil) throws -> Recording {
    guard target != rate else { return self }
    let resampler = try Resampler(from: rate, to: target)
    let length = resampler.length(of: frames)
    let count = expected.flatMap { abs($0 - length) == 1 ? $0 : nil } ?? length
    return Recording(
      rate: target,
      channels: try channels.map {
        try resampler.convert($0, channels: 1, early: 0, count: count)
      })
  }
}
