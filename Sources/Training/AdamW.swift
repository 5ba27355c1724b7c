import Foundation
import Networks
import Tensors

/// Adam with decoupled weight decay.
///
/// Reference: Loshchilov and Hutter 2019, algorithm 2.
struct AdamW {
  let firstMoments: [Tensor]
  let secondMoments: [Tensor]
  let beta1 = 0.9
  let beta2 = 0.999
  let epsilon = 1e-8
  let weightDecay: Double

  init(_ parameters: [Parameter], weightDecay: Double) throws {
    firstMoments = try parameters.map { try .zeros(like: $0.tensor) }
    secondMoments = try parameters.map { try .zeros(like: $0.tensor) }
    self.weightDecay = weightDecay
  }

  /// Moves `parameters` along their gradients, scaled by `gradientScale`, as the `update`-th update
  /// (from 1).
  func update(
    _ parameters: [Parameter], gradients: [Tensor], gradientScale: Double, rate: Double,
    update: Int
  ) throws {
    let correction1 = 1 - pow(beta1, Double(update))
    let correction2 = (1 - pow(beta2, Double(update))).squareRoot()
    for (i, parameter) in parameters.enumerated() {
      let (p, g) = (parameter.tensor, gradients[i])
      let (m, v) = (firstMoments[i], secondMoments[i])
      if gradientScale != 1 { try g.scale(by: gradientScale) }
      try m.interpolate(to: g, weight: 1 - beta1)
      try v.scale(by: beta2)
      try v.addProduct(g, g, factor: 1 - beta2)
      try p.scale(by: 1 - rate * weightDecay)
      let denominator = try v.squareRoot() / correction2 + epsilon
      try p.addQuotient(m, denominator, factor: -rate / correction1)
    }
  }
}
