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

/// Expects each of `found` within `atol + rtol·|expected|` of its counterpart.
func expectClose(
  _ found: [Double], _ expected: [Double], rtol: Double = 1e-12, atol: Double = 1e-12,
  _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  guard found.count == expected.count else {
    Issue.record(
      "\(found.count) values, expected \(expected.count)", sourceLocation: sourceLocation)
    return
  }
  // Written so that a NaN is a failure.
  let wrong = found.indices.filter {
    !(abs(found[$0] - expected[$0]) <= atol + rtol * abs(expected[$0]))
  }
  guard let first = wrong.first else { return }
  Issue.record(
    """
    \(comment.map { "\($0): " } ?? "")\(wrong.count) of \(found.count) values differ, first at \
    \(first): \(found[first]), expected \(expected[first])
    """, sourceLocation: sourceLocation)
}

/// The error of `body`, which must be a `StirError` of `code` that a person can read.
@discardableResult
func expectError(
  _ code: StirError.Code, containing part: String = "",
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) throws -> StirError {
  let error = try #require(
    throws: StirError.self, sourceLocation: sourceLocation, performing: body)
  #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
  #expect(!error.message.isEmpty, sourceLocation: sourceLocation)
  #expect(part.isEmpty || error.message.contains(part), "\(error)", sourceLocation: sourceLocation)
  for trace in ["Exception raised from", "frame #", ".so", "0x", "c10::"] {
    #expect(!error.message.contains(trace), "\(error)", sourceLocation: sourceLocation)
  }
  return error
}

/// A folder that goes away with its last user.
final class TemporaryFolder: Sendable {
  let url = FileManager.default.temporaryDirectory
    .appendingPathComponent("stir-tensors-\(UUID().uuidString)")

  init() throws { try makeFolder(url) }
  deinit { try? FileManager.default.removeItem(at: url) }

  subscript(name: String) -> URL { url.appendingPathComponent(name) }
}

/// The file `name` of `Tests/Fixtures/tensors`.
func fixture(_ name: String) -> URL {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/tensors/\(name)")
}
