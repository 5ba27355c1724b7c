import Foundation

@testable import Networks
@testable import Tensors

/// A [batch, channels, height, width] array on the host, for layers written out as loops.
struct HostArray {
  var shape: [Int]
  var values: [Double]

  init(_ tensor: Tensor) throws {
    (shape, values) = (tensor.shape, try tensor.doubles())
  }

  init(shape: [Int], _ value: (_ b: Int, _ c: Int, _ y: Int, _ x: Int) -> Double) {
    self.shape = shape
    values = []
    for b in 0..<shape[0] {
      for c in 0..<shape[1] {
        for y in 0..<shape[2] { for x in 0..<shape[3] { values.append(value(b, c, y, x)) } }
      }
    }
  }

  /// The element, or zero outside the extents.
  subscript(b: Int, c: Int, y: Int, x: Int) -> Double {
    guard 0..<shape[2] ~= y, 0..<shape[3] ~= x else { return 0 }
    return values[((b * shape[1] + c) * shape[2] + y) * shape[3] + x]
  }

  func map(_ transform: (Double) -> Double) -> HostArray {
    var result = self
    result.values = values.map(transform)
    return result
  }

  static func + (a: HostArray, b: HostArray) -> HostArray {
    HostArray(shape: a.shape) { a[$0, $1, $2, $3] + b[$0, $1, $2, $3] }
  }
}

func silu(_ x: Double) -> Double { x / (1 + exp(-x)) }

/// A convolution that keeps the extent, or divides it by `stride`, as a sum over its taps.
func convolve(
  _ x: HostArray, _ layer: Convolution, stride: Int = 1, dilation: Int = 1
) throws -> HostArray {
  let weight = try HostArray(layer.weight.tensor)
  let bias = try layer.bias?.tensor.doubles()
  let (kernelY, kernelX) = (weight.shape[2], weight.shape[3])
  let strideY = x.shape[2] == 1 ? 1 : stride
  let shape = [x.shape[0], weight.shape[0], x.shape[2] / strideY, x.shape[3] / stride]
  // The taps lie evenly around the samples that one output stands for.
  let padY = kernelY == 1 ? 0 : dilation * (kernelY - strideY) / 2
  let padX = dilation * (kernelX - stride) / 2
  return HostArray(shape: shape) { b, out, y, x0 in
    var sum = bias?[out] ?? 0
    for c in 0..<x.shape[1] {
      for i in 0..<kernelY {
        for j in 0..<kernelX {
          let value = x[b, c, y * strideY + i * dilation - padY, x0 * stride + j * dilation - padX]
          sum += weight[out, c, i, j] * value
        }
      }
    }
    return sum
  }
}

/// Group normalisation from its definition: (x − mean) / √(variance + 1e-5) over each group.
func normalize(_ x: HostArray, _ layer: GroupNorm, groups: Int) throws -> HostArray {
  let weight = try layer.weight.tensor.doubles(), bias = try layer.bias.tensor.doubles()
  let size = x.shape[1] / groups
  let count = Double(size * x.shape[2] * x.shape[3])
  func total(_ b: Int, _ group: Int, _ term: (Double) -> Double) -> Double {
    var sum = 0.0
    for c in (group * size)..<((group + 1) * size) {
      for y in 0..<x.shape[2] { for i in 0..<x.shape[3] { sum += term(x[b, c, y, i]) } }
    }
    return sum
  }
  return HostArray(shape: x.shape) { b, c, y, i in
    let mean = total(b, c / size) { $0 } / count
    let variance = total(b, c / size) { ($0 - mean) * ($0 - mean) } / count
    return (x[b, c, y, i] - mean) / (variance + 1e-5).squareRoot() * weight[c] + bias[c]
  }
}
