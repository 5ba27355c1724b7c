import CTorch

/// Elementwise arithmetic; shapes broadcast as in NumPy.
extension Tensor {
  public static func + (a: Tensor, b: Tensor) throws -> Tensor {
    try Tensor(ct_add(a.handle, b.handle))
  }
  public static func - (a: Tensor, b: Tensor) throws -> Tensor {
    try Tensor(ct_sub(a.handle, b.handle))
  }
  public static func * (a: Tensor, b: Tensor) throws -> Tensor {
    try Tensor(ct_mul(a.handle, b.handle))
  }
  public static func / (a: Tensor, b: Tensor) throws -> Tensor {
    try Tensor(ct_div(a.handle, b.handle))
  }
  public static func + (a: Tensor, b: Double) throws -> Tensor {
    try Tensor(ct_add_scalar(a.handle, b))
  }
  public static func * (a: Tensor, b: Double) throws -> Tensor {
    try Tensor(ct_mul_scalar(a.handle, b))
  }
  public static func * (a: Double, b: Tensor) throws -> Tensor { try b * a }
  public static func / (a: Tensor, b: Double) throws -> Tensor { try a * (1 / b) }

  public func abs() throws -> Tensor { try Tensor(ct_abs(handle)) }
  public func squareRoot() throws -> Tensor { try Tensor(ct_sqrt(handle)) }

  /// Each element moved into `range`.
  public func clamped(to range: ClosedRange<Double>) throws -> Tensor {
    try Tensor(ct_clamp(handle, range.lowerBound, range.upperBound))
  }

  /// The larger of each pair of elements.
  public func maximum(_ other: Tensor) throws -> Tensor {
    try Tensor(ct_maximum(handle, other.handle))
  }

  /// The smaller of each pair of elements.
  public func minimum(_ other: Tensor) throws -> Tensor {
    try Tensor(ct_minimum(handle, other.handle))
  }

  /// The matrix product over the last two dimensions; those before them are a batch.
  public func matmul(_ other: Tensor) throws -> Tensor {
    try Tensor(ct_matmul(handle, other.handle))
  }

  /// The sum over `dims`, or of everything when none are given.
  public func sum(_ dims: [Int] = [], keepDimensions: Bool = false) throws -> Tensor {
    try Tensor(ct_sum(handle, dims.i64, dims.rank, keepDimensions))
  }

  /// The mean over `dims`, or of everything when none are given.
  public func mean(_ dims: [Int] = [], keepDimensions: Bool = false) throws -> Tensor {
    try Tensor(ct_mean(handle, dims.i64, dims.rank, keepDimensions))
  }

  /// The `q`-quantile (0…1, linear between neighbours) along `dim`, which keeps extent 1.
  public func quantile(_ q: Double, dim: Int) throws -> Tensor {
    try Tensor(ct_quantile(handle, q, Int64(dim), true))
  }

  public func softmax(dim: Int) throws -> Tensor { try Tensor(ct_softmax(handle, Int64(dim))) }

  /// x · sigmoid(x) (Elfwing, Uchibe and Doya 2018).
  public func silu() throws -> Tensor { try Tensor(ct_silu(handle)) }
}
