import Diffusion
import Foundation
import Schedules
import Tensors

/// The perfect denoiser of data x0 ~ N(mean, deviation²), element by element.
struct GaussianDenoiser: Denoiser {
  var mean: Double
  var deviation: Double

  /// E[x0 | x] = slope·x + offset: the normal posterior of a normal prior.
  func estimate(at level: NoiseLevel) -> (slope: Double, offset: Double) {
    let (signal, noise) = (deviation * deviation, level.sigma * level.sigma)
    let variance = level.alpha * level.alpha * signal + noise
    return (level.alpha * signal / variance, mean * noise / variance)
  }

  func callAsFunction(_ x: Tensor, at level: NoiseLevel) throws -> Tensor {
    let (slope, offset) = estimate(at: level)
    return try x * slope + offset
  }

  /// The standard deviation of the data at `level`.
  func deviation(at level: NoiseLevel) -> Double {
    (level.alpha * level.alpha * deviation * deviation + level.sigma * level.sigma).squareRoot()
  }

  /// Where the probability flow ODE carries `x`: every level's density is normal, and a flow in
  /// one dimension keeps quantiles (Song et al. 2021, "Score-based generative modeling").
  func flow(_ x: Double, from level: NoiseLevel, to end: NoiseLevel) -> Double {
    end.alpha * mean
      + (x - level.alpha * mean) * deviation(at: end) / deviation(at: level)
  }
}

/// The perfect denoiser of a mixture of N(mean, deviation²), element by element.
struct MixtureDenoiser: Denoiser {
  var weights: [Double]
  var means: [Double]
  var deviation: Double

  func callAsFunction(_ x: Tensor, at level: NoiseLevel) throws -> Tensor {
    let parts = means.map { GaussianDenoiser(mean: $0, deviation: deviation) }
    let spread = parts[0].deviation(at: level)
    let logits = try zip(weights, means).map { weight, mean in
      let z = try (x + -level.alpha * mean) / spread
      return try z * z * -0.5 + log(weight)
    }
    let shares = try Tensor.stacked(logits).softmax(dim: 0)
    let estimates = try Tensor.stacked(parts.map { try $0(x, at: level) })
    return try (shares * estimates).sum([0])
  }
}

/// Takes the state itself for the clean signal.
struct IdentityDenoiser: Denoiser {
  func callAsFunction(_ x: Tensor, at level: NoiseLevel) throws -> Tensor { x }
}

/// Answers with the same x0 whatever it is shown.
struct ConstantDenoiser: Denoiser {
  var x0: Tensor
  func callAsFunction(_ x: Tensor, at level: NoiseLevel) throws -> Tensor { x0 }
}

/// Writes down every state and level that it is shown, and every estimate of `base`.
final class RecordingDenoiser<Base: Denoiser>: Denoiser {
  let base: Base
  private(set) var states: [[Double]] = []
  private(set) var estimates: [[Double]] = []
  private(set) var levels: [NoiseLevel] = []

  init(_ base: Base) { self.base = base }

  func callAsFunction(_ x: Tensor, at level: NoiseLevel) throws -> Tensor {
    let x0 = try base(x, at: level)
    states.append(try x.doubles())
    estimates.append(try x0.doubles())
    levels.append(level)
    return x0
  }
}
