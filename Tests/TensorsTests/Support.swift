import Core
import Foundation
import Testing

@testable import Tensors

/// A float64 tensor of `values`, one dimension unless a shape is given.
func float64(_ values: [Double], _ shape: [Int]? = nil) throws -> Tensor {
  try Tensor(values, shape: shape ?? [values.count])
}

/// Normal float64 values that depend on `seed` and the shape alone.
func noise(_ shape: [Int], seed: UInt64 = 0) throws -> Tensor {
  // Fewer than 16 numbers come from another branch of libtorch's generator; take enough.
  let count = shape.reduce(1, *)
  return try RandomSource(seed: seed, item: 0).normal([max(16, count)])
    .sliced(dim: 0, 0..<count).reshaped(shape).to(.float64)
}

/// The file `name` of `Tests/Fixtures/tensors`.
func fixture(_ name: String) -> URL {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/tensors/\(name)")
}
