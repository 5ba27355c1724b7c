import Core

/// Parts of an axis in a person's words: `0s-0.5s,1.2s-` is the first half second and all from 1.2
/// seconds on; numbers without an s are samples or, in an image, columns.
public struct Stretches: Hashable, Sendable {
  public let ranges: [Range<Int>]
  /// Of the axis.
  public let extent: Int

  /// - Parameters:
  ///   - text: one or more of `FROM-TO` with commas between them; without FROM from the start,
  ///     without TO to the end. TO itself no longer belongs to it.
  ///   - extent: of the axis; what lies beyond is cut off.
  ///   - rate: positions per second; nil admits no seconds.
  /// - Throws: `StirError.Code.configuration`.
  public init(_ text: String, extent: Int, rate: Double?) throws {
    ranges = try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
      guard ends.count == 2, part != "-" else {
        throw StirError(
          .configuration, "expected FROM-TO, FROM- or -TO, found \"\(part)\"")
      }
      let start = ends[0].isEmpty ? 0 : try position(String(ends[0]), rate: rate)
      let end = ends[1].isEmpty ? extent : try position(String(ends[1]), rate: rate)
      guard start < min(end, extent) else {
        let seconds = rate.map { ", \(decimal(Double(extent) / $0, 3)) s," } ?? ""
        throw StirError(
          .configuration,
          "\"\(part)\" holds nothing; expected a stretch of the \(extent) samples\(seconds) that "
            + "there are")
      }
      return start..<min(end, extent)
    }
    self.extent = extent
  }

  /// 1 inside, 0 outside: `extent` values.
  public var mask: [Float] {
    var mask = [Float](repeating: 0, count: extent)
    for range in ranges {
      for position in range { mask[position] = 1 }
    }
    return mask
  }
}

/// `480000` samples, or `30s` at `rate` per second, as a number of samples.
func position(_ text: String, rate: Double?) throws -> Int {
  let isSeconds = text.hasSuffix("s")
  guard let number = Double(isSeconds ? String(text.dropLast()) : text), number >= 0,
    isSeconds || number == number.rounded()
  else {
    throw StirError(
      .configuration, "expected seconds such as 1.5s, or a number of samples, found \"\(text)\"")
  }
  guard let rate = isSeconds ? rate : 1 else {
    throw StirError(
      .configuration,
      "the model's data has no rate that seconds could be counted by; give samples, found "
        + "\"\(text)\"")
  }
  guard number * rate <= 0x1p40 else {
    throw StirError(.configuration, "expected at most 2⁴⁰ samples, found \"\(text)\"")
  }
  return Int((number * rate).rounded())
}
