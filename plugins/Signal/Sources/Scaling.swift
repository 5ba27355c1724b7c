import Foundation
import Modality

/// The mean and the scale of each channel and condition column, in the unit.
struct Scaling: Hashable, Sendable {
  var mean: [Double]
  var scale: [Double]

  /// Values as they are.
  init(identity count: Int) {
    mean = Array(repeating: 0, count: count)
    scale = Array(repeating: 1, count: count)
  }

  /// What the configuration says; nil if it is to be measured.
  init?(_ configuration: SignalConfiguration) {
    self.init(identity: configuration.valueCount)
    guard configuration.normalize == .channel else { return }
    guard !configuration.mean.isEmpty else { return nil }
    (mean, scale) = (configuration.mean, configuration.scale)
  }

  /// The mean of `values`, for each column one after the other, and the distance from it within
  /// which all but one in five hundred lie, a thousandth at each end.
  init(measuring values: [[Float]]) {
    mean = values.map { $0.reduce(0.0) { $0 + Double($1) } / Double(max(1, $0.count)) }
    scale = zip(values, mean).map { values, mean in
      let sorted = values.sorted()
      guard let low = quantile(0.001, of: sorted), let high = quantile(0.999, of: sorted) else {
        return 1
      }
      let reach = max(high - mean, mean - low)
      // A channel that never changes has no scale of its own.
      return reach > abs(mean) * 1e-6 && reach > 1e-30 ? reach : 1
    }
  }

  func normalized(_ value: Float, _ column: Int) -> Float {
    Float((Double(value) - mean[column]) / scale[column])
  }

  func restored(_ value: Float, _ column: Int) -> Float {
    Float(Double(value) * scale[column] + mean[column])
  }
}

/// The value below which the share `share` of `sorted` lies, between neighbours on a straight line.
func quantile(_ share: Double, of sorted: [Float]) -> Double? {
  guard !sorted.isEmpty else { return nil }
  let position = share * Double(sorted.count - 1)
  let low = Int(position)
  let high = min(low + 1, sorted.count - 1)
  let (a, b) = (Double(sorted[low]), Double(sorted[high]))
  return a + (b - a) * (position - Double(low))
}
