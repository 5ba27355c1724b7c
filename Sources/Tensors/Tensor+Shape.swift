import CTorch

extension Tensor {
  /// The same elements, row-major, in another shape; one extent may be -1.
  public func reshaped(_ shape: [Int]) throws -> Tensor {
    try Tensor(ct.reshape(handle, shape.i64, shape.rank))
  }

  /// The dimensions in another order.
  public func permuted(_ dims: [Int]) throws -> Tensor {
    try Tensor(ct.permute(handle, dims.i64, dims.rank))
  }

  /// The part of dimension `dim` inside `range`.
  public func sliced(dim: Int, _ range: Range<Int>) throws -> Tensor {
    try Tensor(ct.slice(handle, Int64(dim), Int64(range.lowerBound), Int64(range.upperBound)))
  }

  /// Tensors joined along an existing dimension.
  public static func concatenated(_ tensors: [Tensor], dim: Int) throws -> Tensor {
    let handles = tensors.map { Optional($0.handle) }
    return try withExtendedLifetime(tensors) {
      try Tensor(ct.cat(handles, Int32(handles.count), Int64(dim)))
    }
  }

  /// Tensors of one shape joined along a new first dimension.
  public static func stacked(_ tensors: [Tensor]) throws -> Tensor {
    try concatenated(tensors.map { try $0.reshaped([1] + $0.shape) }, dim: 0)
  }

  /// Zeros put after the end of each of the last `amounts.count` dimensions.
  public func paddedAfter(_ amounts: [Int]) throws -> Tensor {
    let pairs: [Int64] = amounts.reversed().flatMap { [0, Int64($0)] }
    return try Tensor(ct.pad(handle, pairs, Int32(amounts.count)))
  }

  /// [batch, channels, time] continued by its own mirror image, by less than its length at each end.
  public func reflected(before: Int, after: Int) throws -> Tensor {
    try Tensor(ct.reflect(handle, Int64(before), Int64(after)))
  }

  /// A rank-4 tensor laid out in memory as [batch, height, width, channels].
  public func channelsLast() throws -> Tensor { try Tensor(ct.channels_last(handle)) }
}
