import Foundation
import Modality

extension SignalModality {
  /// For each channel the levels of 12 bands of frequency in bels (10 dB), and seven quantiles each
  /// of the normalised values and of the differences between neighbours.
  public func features(of item: Item) throws -> [Float] {
    try channels(of: item).flatMap { values -> [Float] in
      let differences = zip(values, values.dropFirst()).map { $1 - $0 }
      return PowerSpectrum(values).levels + quantiles(Array(values)) + quantiles(differences)
    }
  }

  /// The distance in dB between the mean spectra of the two sets, over all channels and bands, and
  /// for each channel the ratio of their standard deviations, made over real.
  public func metrics(of made: [Item], against real: [Item]) throws -> [Metric] {
    guard !made.isEmpty, !real.isEmpty else { return [] }
    let (a, b) = (try summaries(made), try summaries(real))
    let differences = zip(a, b).flatMap { pair in
      zip(pair.0.levels, pair.1.levels).map { 10 * ($0 - $1) }
    }
    let squares = differences.reduce(0.0) { $0 + $1 * $1 }
    let distance = (squares / Double(differences.count)).squareRoot()
    let names = ColumnChoice(configuration).headings
    return [Metric("distance of mean spectra (dB)", distance)]
      + zip(a, b).enumerated().map { channel, pair in
        Metric(
          "standard deviation of \(names[channel]), made / real",
          pair.0.deviation / max(pair.1.deviation, 1e-12))
      }
  }

  private struct ChannelSummary {
    /// The mean level of each band, in bels.
    var levels: [Double]
    var deviation: Double
  }

  private func summaries(_ items: [Item]) throws -> [ChannelSummary] {
    let all = try items.map(channels)
    return (0..<configuration.channelCount).map { channel in
      var levels = [Double](repeating: 0, count: PowerSpectrum.bands)
      var (count, sum, squares) = (0.0, 0.0, 0.0)
      for item in all {
        for (band, level) in PowerSpectrum(item[channel]).levels.enumerated() {
          levels[band] += Double(level) / Double(items.count)
        }
        for value in item[channel] {
          (count, sum) = (count + 1, sum + Double(value))
          squares += Double(value) * Double(value)
        }
      }
      let variance = squares / count - (sum / count) * (sum / count)
      return ChannelSummary(levels: levels, deviation: max(0, variance).squareRoot())
    }
  }

  /// The values of each channel; those that are not numbers, or too large to square, are 0.
  private func channels(of item: Item) throws -> [ArraySlice<Float>] {
    try layout.requireAdmitted(item.shape)
    let values = item.values.map { abs($0) < 1e9 ? $0 : 0 }
    return (0..<configuration.channelCount).map {
      values[($0 * item.shape[1])..<(($0 + 1) * item.shape[1])]
    }
  }
}

private func quantiles(_ values: [Float]) -> [Float] {
  let sorted = values.sorted()
  return [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99].map { Float(quantile($0, of: sorted) ?? 0) }
}
