import Tensors
import TestSupport
import Testing

@Suite("Arithmetic") struct ArithmeticTests {
  /// An operation on a = [1, -2, 4] and b = [2, 8, -0.5], and its values by hand.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let expected: [Double]
    let operation: @Sendable (Tensor, Tensor) throws -> Tensor
    var testDescription: String { name }

    init(
      _ name: String, _ expected: [Double],
      _ operation: @escaping @Sendable (Tensor, Tensor) throws -> Tensor
    ) {
      (self.name, self.expected, self.operation) = (name, expected, operation)
    }
  }

  static let cases: [Case] = [
    Case("a + b", [3, 6, 3.5]) { try $0 + $1 },
    Case("a - b", [-1, -10, 4.5]) { try $0 - $1 },
    Case("a * b", [2, -16, -2]) { try $0 * $1 },
    Case("a / b", [0.5, -0.25, -8]) { try $0 / $1 },
    Case("a + 1.5", [2.5, -0.5, 5.5]) { a, _ in try a + 1.5 },
    Case("a * 3", [3, -6, 12]) { a, _ in try a * 3 },
    Case("3 * a", [3, -6, 12]) { a, _ in try 3 * a },
    Case("a / 4", [0.25, -0.5, 1]) { a, _ in try a / 4 },
    Case("abs", [1, 2, 4]) { a, _ in try a.abs() },
    Case("square root", [1, 2, 4]) { a, _ in try (a * a).squareRoot() },
    Case("clamped", [1, -1, 1.5]) { a, _ in try a.clamped(to: -1...1.5) },
    Case("maximum", [2, 8, 4]) { try $0.maximum($1) },
    Case("minimum", [1, -2, -0.5]) { try $0.minimum($1) },
    Case("sum", [3]) { a, _ in try a.sum() },
    Case("mean", [1]) { a, _ in try a.mean() },
    Case("silu", [0.7310585786300049, -0.2384058440442351, 3.928055160151634]) { a, _ in
      try a.silu()
    },
    // exp of 1 - 4, -2 - 4 and 0 over their sum.
    Case("softmax", [0.047314155221824035, 0.00235563308079668, 0.9503302116973793]) { a, _ in
      try a.softmax(dim: 0)
    },
  ]

  @Test("Hand values in float64", arguments: cases)
  func float64(_ example: Case) throws {
    let a = try Tensor([1.0, -2, 4], shape: [3]), b = try Tensor([2, 8, -0.5], shape: [3])
    let result = try example.operation(a, b)
    #expect(result.dtype == .float64)
    expectClose(try result.doubles(), example.expected, rtol: 1e-12, atol: 1e-12)
  }

  @Test("Hand values in float32", arguments: cases)
  func float32(_ example: Case) throws {
    let a = try Tensor([Float(1), -2, 4], shape: [3])
    let b = try Tensor([Float(2), 8, -0.5], shape: [3])
    let result = try example.operation(a, b)
    #expect(result.dtype == .float32)
    expectClose(try result.doubles(), example.expected, rtol: 1e-6, atol: 1e-12)
  }

  @Test("Shapes broadcast: a column and a row make a table")
  func broadcast() throws {
    let column = try Tensor([1.0, 2], shape: [2, 1]), row = try Tensor([10.0, 20, 30], shape: [3])
    let table = try column + row
    #expect(table.shape == [2, 3])
    #expect(try table.doubles() == [11, 21, 31, 12, 22, 32])
  }

  @Test("A scalar of shape [] broadcasts over anything")
  func scalar() throws {
    let two = try Tensor([2.0], shape: [])
    #expect(two.rank == 0 && two.count == 1)
    #expect(try two.item() == 2)
    #expect(try (two * Tensor([1.0, 2, 3, 4], shape: [2, 2])).doubles() == [2, 4, 6, 8])
  }

  @Test("Sums and means over chosen dimensions, dropped or kept")
  func reductions() throws {
    let x = try Tensor([1.0, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect(try x.sum([0]).doubles() == [5, 7, 9])
    #expect(try x.sum([1]).doubles() == [6, 15])
    #expect(try x.sum([1]).shape == [2])
    #expect(try x.sum([1], keepDimensions: true).shape == [2, 1])
    #expect(try x.sum([0, 1]).doubles() == [21])
    #expect(try x.mean([-1]).doubles() == [2, 5])
    #expect(try x.mean([0, 1], keepDimensions: true).shape == [1, 1])
  }

  @Test("A quantile lies linearly between its neighbours")
  func quantile() throws {
    let x = try Tensor([4.0, 1, 3, 2, 8, 8, 8, 8], shape: [2, 4])
    let median = try x.quantile(0.5, dim: 1)
    #expect(median.shape == [2, 1])
    #expect(try median.doubles() == [2.5, 8])
    expectClose(try x.quantile(0.9, dim: 1).doubles(), [3.7, 8], rtol: 1e-12, atol: 1e-12)
    #expect(try x.quantile(1, dim: 1).doubles() == [4, 8])
  }

  @Test("Matrix products over the last two dimensions, the first a batch")
  func matmul() throws {
    let a = try Tensor([1.0, 2, 3, 4, 5, 6], shape: [2, 3])
    let b = try Tensor([1.0, 0, 0, 1, 1, 1], shape: [3, 2])
    #expect(try a.matmul(b).doubles() == [4, 5, 10, 11])
    let batch = try Tensor.stacked([a, a * 2]).matmul(b)
    #expect(batch.shape == [2, 2, 2])
    #expect(try batch.doubles() == [4, 5, 10, 11, 8, 10, 20, 22])
  }

  @Test("A value is shared by its copies, and only in-place operations show")
  func reference() throws {
    let x = try Tensor([1.0, 2], shape: [2])
    let same = x
    _ = try x * 2
    #expect(try same.doubles() == [1, 2])
    try x.copy(from: x * 2)
    #expect(try same.doubles() == [2, 4])
  }

  @Test("A copy in place takes the values, whatever their type")
  func copy() throws {
    let x = try Tensor([1.0, 2], shape: [2])
    try x.copy(from: Tensor([Float(3), 4], shape: [2]))
    #expect(try x.doubles() == [3, 4])
  }
}
