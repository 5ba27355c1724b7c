import Schedules
import Tensors

/// A denoiser whose x0 estimate is clipped to ±`bound`.
///
/// The estimate is clipped, never the noisy state, which rightly exceeds the data's range.
public struct ClippedDenoiser<Base: Denoiser>: Denoiser {
  public let base: Base
  public let bound: Double

  public init(_ base: Base, to bound: Double = 1) {
    self.base = base
    self.bound = bound
  }

  public func callAsFunction(_ x: Tensor, at level: NoiseLevel) throws -> Tensor {
    try base(x, at: level).clamped(to: -bound...bound)
  }
}

/// A denoiser whose x0 estimate is clipped to the quantile s of its own magnitudes, item by item,
/// and scaled to ±`bound` when s exceeds it.
///
/// Reference: Imagen (Saharia et al. 2022), section 2.3, dynamic thresholding.
public struct DynamicThresholdDenoiser<Base: Denoiser>: Denoiser {
  public let base: Base
  public let quantile: Double
  public let bound: Double

  /// - Parameter quantile: the share of values that is left as it is, such as 0.995.
  public init(_ base: Base, quantile: Double = 0.995, bound: Double = 1) {
    self.base = base
    self.quantile = quantile
    self.bound = bound
  }

  public func callAsFunction(_ x: Tensor, at level: NoiseLevel) throws -> Tensor {
    let x0 = try base(x, at: level)
    let flat = try x0.reshaped([x0.shape[0], -1])
    let s = try flat.abs().quantile(quantile, dim: 1).clamped(to: bound...Double.infinity)
    return try (flat.minimum(s).maximum(s * -1) / s * bound).reshaped(x0.shape)
  }
}
