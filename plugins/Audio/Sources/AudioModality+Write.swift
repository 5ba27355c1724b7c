import Foundation
import Modality

extension AudioModality {
  /// Writes an item as WAV or FLAC, as `url`'s extension says, with its normalisation undone.
  ///
  /// A clip that would then exceed full scale is scaled down as a whole to a peak of -0.1 dBFS, so
  /// that nothing clips; a `float` file has no full scale and keeps its values. What stood at `url`
  /// stays until all of the new file is on the disk.
  ///
  /// - Parameter item: [channels, time] of any time.
  /// - Throws: `StirError.Code.unwritableOutput`; `.configuration` for another extension or a
  ///   subtype that the container lacks; `.invalidData` for another shape or values that are not
  ///   numbers.
  public func write(_ item: Item, to url: URL) throws {
    guard let container = AudioConfiguration.Container(rawValue: url.pathExtension.lowercased())
    else {
      throw StirError(
        .configuration,
        "cannot write \(url.path): expected a name that ends in .wav or .flac")
    }
    let frames = try frameCount(of: item)
    let channels = configuration.channels
    let gain = writingGain(for: item)
    try writeAtomically(to: url) { (temporary: URL) in
      let writer = try SoundFileWriter(
        path: temporary.path, name: url.path, rate: configuration.sampleRate, channels: channels,
        container: container, subtype: configuration.subtype)
      // Row by row in the item, frame by frame in the file.
      for start in stride(from: 0, to: frames, by: 4096) {
        let block = (start..<min(start + 4096, frames)).flatMap { frame in
          (0..<channels).map { item.values[$0 * frames + frame] * gain }
        }
        try writer.write(block)
      }
      try writer.finish()
    }
  }

  /// The samples in one channel of `item`.
  /// - Throws: `StirError.Code.invalidData` unless the item is [channels, time].
  func frameCount(of item: Item) throws -> Int {
    guard item.shape.count == 2, item.shape[0] == configuration.channels else {
      throw StirError(
        .invalidData,
        "expected an item of the shape [\(configuration.channels), time], found \(item.shape)")
    }
    return item.shape[1]
  }

  /// What undoes the item's normalisation, lowered if the result would exceed full scale.
  private func writingGain(for item: Item) -> Float {
    let scale = item.scale ?? Float(configuration.typicalScale)
    let gain = scale > 0 ? 1 / scale : 1
    let peak = item.values.reduce(0) { max($0, abs($1)) } * gain
    guard configuration.subtype != .float, peak > 1 else { return gain }
    return gain * 0.98855309 / peak  // -0.1 dBFS
  }
}
