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
/// training: sinusoids of 5000·√ᾱ, then two linear layers. A network with classes is told those too:
/// each, and that there is none, adds a learned vector.
///
/// Reference: WaveGrad (Chen et al. 2020), section 3.2 and appendix A; classes as in Dhariwal and
/// Nichol 2021, section 3.
public final class NoiseLevelEmbedding: Module {
  let linear1: Convolution
  let linear2: Convolution
  let classEmbedding: Convolution?
  private let classes: Int
  private let dimension: Int
  private let dtype: DType
  private let scale = 5_000.0

  /// - Parameters:
  ///   - dimension: the number of sinusoids.
  ///   - width: the number of outputs.
  ///   - classes: the number of classes, 0 for none.
  public init(
    dimension: Int, width: Int, classes: Int = 0, _ initializer: Initializer
  ) throws {
    // A (1, 1) convolution is a linear layer that runs through the fast convolution kernels.
    linear1 = try Convolution(dimension, width, kernel: 1, rank: 1, initializer)
    linear2 = try Convolution(width, width, kernel: 1, rank: 1, initializer)
    // One input more than there are classes: none of them.
    classEmbedding =
      classes == 0 ? nil : try Convolution(classes + 1, width, kernel: 1, rank: 1, initializer)
    self.classes = classes
    self.dimension = dimension
    dtype = initializer.dtype
  }

  /// - Parameters:
  ///   - noiseLevels: √ᾱ in [0, 1], one for each item, or one for all.
  ///   - labels: the class of each item or one for all, nil for none; empty means none for all.
  /// - Returns: [the greater number of the two, width, 1, 1].
  public func callAsFunction(
    _ noiseLevels: [Double], labels: [Int?] = [], device: Device
  ) throws -> Tensor {
    let values = sinusoidalEmbedding(noiseLevels.map { $0 * scale }, dimension: dimension)
    let x = try Tensor(values, shape: [noiseLevels.count, dimension, 1, 1])
      .to(dtype, device: device)
    let h = try linear2(linear1(x).silu())
    guard let classEmbedding else {
      guard labels.allSatisfy({ $0 == nil }) else {
        throw StirError(.configuration, "this network was not trained with classes")
      }
      return try h.silu()
    }
    return try (h + classEmbedding(oneHot(labels.isEmpty ? [nil] : labels, device))).silu()
  }

  /// [labels.count, classes + 1, 1, 1], the last entry for none.
  private func oneHot(_ labels: [Int?], _ device: Device) throws -> Tensor {
    var values = [Double](repeating: 0, count: labels.count * (classes + 1))
    for (row, label) in labels.enumerated() {
      guard (0..<classes).contains(label ?? 0) else {
        throw StirError(.configuration, "class \(label ?? 0) is not in 0..<\(classes)")
      }
      values[row * (classes + 1) + (label ?? classes)] = 1
    }
    return try Tensor(values, shape: [labels.count, classes + 1, 1, 1]).to(dtype, device: device)
  }
}
