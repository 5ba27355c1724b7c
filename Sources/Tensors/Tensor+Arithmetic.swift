import CTorch

/// Elementwise arithmetic; shapes broadcast as in NumPy.
extension Tensor {
  public static func + (a: Tensor, b: Tensor) throws -> Tensor {
    try Tensor(ct.add(a.handle, b.handle))
  }
  public static func - (a: Tensor, b: Tensor) throws -> Tensor {
    try Tensor(ct.sub(a.handle, b.handle))
  }
  public static func * (a: Tensor, b: Tensor) throws -> Tensor {
    try Tensor(ct.mul(a.handle, b.handle))
  }
  public static func / (a: Tensor, b: Tensor) throws -> Tensor {
    try Tensor(ct.div(a.handle, b.handle))
  }
  public static func + (a: Tensor, b: Double) throws -> Tensor {
    try Tensor(ct.add_scalar(a.handle, b))
  }
  public static func * (a: Tensor, b: Double) throws -> Tensor {
    try Tensor(ct.mul_scalar(a.handle, b))
  }
  public static func * (a: Double, b: Tensor) throws -> Tensor { try b * a }
  public static func / (a: Tensor, b: Double) throws -> Tensor { try a * (1 / b) }

  public func abs() throws -> Tensor { try Tensor(ct.abs(handle)) }
  public func squareRoot() throws -> Tensor { try Tensor(ct.sqrt(handle)) }

  /// Each element moved into `range`.
  public func clamped(to range: ClosedRange<Double>) throws -> Tensor {
    try Tensor(ct.clamp(handle, range.lowerBound, range.upperBound))
  }

  /// The larger of each pair of elements.
  public func maximum(_ other: Tensor) throws -> Tensor {
    try Tensor(ct.maximum(handle, other.handle))
  }

  /// The smaller of each pair of elements.
  public func minimum(_ other: Tensor) throws -> Tensor {
    try Tensor(ct.minimum(handle, other.handle))
  }

  /// The matrix product over the last two dimensions; those before them are a batch.
  public func matmul(_ other: Tensor) throws -> Tensor {
    try Tensor(ct.matmul(handle, other.handle))
  }

  /// The sum over `dims`, or of everything when none are given.
  public func sum(_ dims: [Int] = [], keepDimensions: Bool = false) throws -> Tensor {
    try Tensor(ct.sum(handle, dims.i64, dims.rank, keepDimensions))
  }

  /// The mean over `dims`, or of everything when none are given.
  public func mean(_ dims: [Int] = [], keepDimensions: Bool = false) throws -> Tensor {
    try Tensor(ct.mean(handle, dims.i64, dims.rank, keepDimensions))
  }

  /// The `q`-quantile (0…1, linear between neighbours) along `dim`, which keeps extent 1.
  public func quantile(_ q: Double, dim: Int) throws -> Tensor {
    try Tensor(ct.quantile(handle, q, Int64(dim), true))
  }

  public func softmax(dim: Int) throws -> Tensor { try Tensor(ct.softmax(handle, Int64(dim))) }

  /// x · sigmoid(x) (Elfwing, Uchibe and Doya 2018).
  public func silu() throws -> Tensor { try Tensor(ct.silu(handle)) }
}
