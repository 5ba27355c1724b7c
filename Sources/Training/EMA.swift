import Foundation
import Networks
import Tensors

/// An exponential moving average of the weights, with power warm-up: samples come from it.
///
/// The decay after n updates is 1 − (1 + n)^−power, at most `maximumDecay`: young averages forget
/// the random start fast.
struct EMA {
  let averages: [Tensor]
  let power: Double
  let maximumDecay: Double

  init(_ parameters: [Parameter], power: Double, maximumDecay: Double) throws {
    averages = try parameters.map {
      let average = try Tensor.zeros(like: $0.tensor)
      try average.copy(from: $0.tensor)
      return average
    }
    self.power = power
    self.maximumDecay = maximumDecay
  }

  /// The decay of the `update`-th update (from 1).
  func decay(update: Int) -> Double { min(maximumDecay, 1 - pow(1 + Double(update), -power)) }
}
