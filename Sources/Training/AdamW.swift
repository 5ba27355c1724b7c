import Networks
import Tensors

/// Adam with decoupled weight decay, and the moving average that follows the weights.
///
/// Reference: Loshchilov and Hutter 2019, algorithm 2.
struct AdamW {
  let firstMoments: [Tensor]
  let secondMoments: [Tensor]
  let weightDecay: Double

  init(_ parameters: [Parameter], weightDecay: Double) throws {
    firstMoments = try parameters.map { try .zeros(like: $0.tensor) }
    secondMoments = try parameters.map { try .zeros(like: $0.tensor) }
    self.weightDecay = weightDecay
  }

  /// Moves `parameters` along their gradients, scaled by `gradientScale`, as the `update`-th update
  /// (from 1), and `ema` after them.
  func update(
    _ parameters: [Parameter], gradients: [Tensor], gradientScale: Double, rate: Double,
    update: Int, ema: EMA
  ) throws {
    var step = AdamWStep(
      rate: rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: weightDecay,
      update: update, averageWeight: 1 - ema.decay(update: update))
    step.gradientScale = gradientScale
    try step.apply(
      to: parameters.map(\.tensor), gradients: gradients, firstMoments: firstMoments,
      secondMoments: secondMoments, averages: ema.averages)
  }
}
