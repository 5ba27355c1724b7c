import Core
import Foundation
import Tensors

/// Sines, then cosines, of a position at frequencies falling geometrically from 1 to 1/10000.
///
/// Row-major [positions.count, dimension]. The frequency of index i is
/// exp(−ln 10⁴ · i / (dimension/2 − 1)).
///
/// Reference: Vaswani et al. 2017, section 3.5; WaveGrad (Chen et al. 2020), section 3.2.
public func sinusoidalEmbedding(_ positions: [Double], dimension: Int) -> [Double] {
  precondition(dimension % 2 == 0 && dimension >= 4, "the dimension is even and at least 4")
  let half = dimension / 2
  let frequencies = (0..<half).map { exp(-log(10_000) * Double($0) / Double(half - 1)) }
  return positions.flatMap { position in
    frequencies.map { sin(position * $0) } + frequencies.map { cos(position * $0) }
  }
}

/// Tells the network the noise level continuously, so that steps and schedule may change after
/// training: sinusoids of 5000·√ᾱ, then two linear layers.
///
/// Reference: WaveGrad (Chen et al. 2020), section 3.2 and appendix A.
public final class NoiseLevelEmbedding: Module {
  let linear1: Convolution
  let linear2: Convolution
  private let dimension: Int
  private let dtype: DType
  private let scale = 5_000.0

  /// - Parameters:
  ///   - dimension: the number of sinusoids.
  ///   - width: the number of outputs.
  public init(dimension: Int, width: Int, _ initializer: Initializer) throws {
    // A (1, 1) convolution is a linear layer that runs through the fast convolution kernels.
    linear1 = try Convolution(dimension, width, kernel: 1, rank: 1, initializer)
    linear2 = try Convolution(width, width, kernel: 1, rank: 1, initializer)
    self.dimension = dimension
    dtype = initializer.dtype
  }

  /// - Parameter noiseLevels: √ᾱ in [0, 1], one for each item, or one for all.
  /// - Returns: [noiseLevels.count, width, 1, 1].
  public func callAsFunction(_ noiseLevels: [Double], device: Device) throws -> Tensor {
    let values = sinusoidalEmbedding(noiseLevels.map { $0 * scale }, dimension: dimension)
    let x = try Tensor(values, shape: [noiseLevels.count, dimension, 1, 1])
      .to(dtype, device: device)
    return try linear2(linear1(x).silu()).silu()
  }
}
