import CTorch
import Core

/// An n-dimensional array in libtorch's keeping.
///
/// A value of this type is a reference: in-place operations show through every copy. All other
/// operations make a new tensor. Every operation throws `StirError.Code.engine` with libtorch's
/// own message when shapes, types or devices do not fit.
///
/// A tensor may be handed from thread to thread, but used by one at a time.
public struct Tensor: @unchecked Sendable {
  /// Frees the handle when the last copy of the tensor goes.
  private final class Box {
    let handle: OpaquePointer
    private(set) var moments: OpaquePointer?

    init(_ handle: OpaquePointer, moments: OpaquePointer?) {
      self.handle = handle
      self.moments = moments
    }

    deinit {
      ct.release(handle)
      forgetMoments()
    }

    func forgetMoments() {
      if let moments { ct.release(moments) }
      moments = nil
    }
  }

  private let box: Box

  /// The shim's handle, valid while this tensor lives.
  var handle: OpaquePointer { box.handle }

  /// What the kernel that made this tensor measured of its channels, for a normalisation to come.
  var moments: OpaquePointer? { box.moments }

  /// To be called when the elements change.
  func forgetMoments() { box.forgetMoments() }

  /// Takes over handles that the shim returned; a nil `handle` is the shim's word for failure.
  init(_ handle: OpaquePointer?, moments: OpaquePointer? = nil) throws {
    guard let handle else { throw lastEngineError() }
    box = Box(handle, moments: moments)
  }

  /// A float32 tensor on the CPU of row-major host `values`.
  public init(_ values: [Float], shape: [Int]) throws {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values, shape \(shape)")
    try self.init(
      values.withUnsafeBytes { ct.from_data($0.baseAddress, CT_FLOAT32, shape.i64, shape.rank) })
  }

  /// A float64 tensor on the CPU of row-major host `values`.
  public init(_ values: [Double], shape: [Int]) throws {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values, shape \(shape)")
    try self.init(
      values.withUnsafeBytes { ct.from_data($0.baseAddress, CT_FLOAT64, shape.i64, shape.rank) })
  }

  /// A tensor on the CPU of row-major little-endian `bytes` of type `dtype`.
  init(bytes: UnsafeRawBufferPointer, dtype: DType, shape: [Int]) throws {
    precondition(shape.reduce(1, *) * dtype.byteCount == bytes.count)
    try self.init(ct.from_data(bytes.baseAddress, dtype.code, shape.i64, shape.rank))
  }

  /// A tensor filled with one value.
  public static func full(
    _ value: Double, shape: [Int], dtype: DType = .float32, device: Device = .cpu
  ) throws -> Tensor {
    try Tensor(ct.full(shape.i64, shape.rank, value, dtype.code, device.code))
  }

  /// A tensor of zeros.
  public static func zeros(
    _ shape: [Int], dtype: DType = .float32, device: Device = .cpu
  ) throws -> Tensor {
    try full(0, shape: shape, dtype: dtype, device: device)
  }

  /// Zeros of the shape, type and device of `other`.
  public static func zeros(like other: Tensor) throws -> Tensor {
    try zeros(other.shape, dtype: other.dtype, device: other.device)
  }

  /// The extent of each dimension, outermost first.
  public var shape: [Int] {
    var sizes = [Int64](repeating: 0, count: rank)
    ct.shape(handle, &sizes)
    return sizes.map(Int.init)
  }

  public var rank: Int { Int(ct.rank(handle)) }
  /// The number of elements.
  public var count: Int { Int(ct.count(handle)) }
  public var dtype: DType { DType(code: ct.dtype_of(handle)) }
  public var device: Device { Device(code: ct.device_of(handle)) }
  /// Whether a rank-4 tensor lies in memory as [batch, height, width, channels].
  public var isChannelsLast: Bool { ct.is_channels_last(handle) }

  /// The elements in row-major order, as float32.
  public func floats() throws -> [Float] {
    let source = try to(.float32)
    return try [Float](unsafeUninitializedCapacity: source.count) { buffer, count in
      try check(ct.copy_to_host(source.handle, buffer.baseAddress))
      count = buffer.count
    }
  }

  /// The elements in row-major order, as float64.
  public func doubles() throws -> [Double] {
    let source = try to(.float64)
    return try [Double](unsafeUninitializedCapacity: source.count) { buffer, count in
      try check(ct.copy_to_host(source.handle, buffer.baseAddress))
      count = buffer.count
    }
  }

  /// The elements in row-major order, in their own type, as little-endian bytes.
  func bytes() throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count * dtype.byteCount) { buffer, count in
      try check(ct.copy_to_host(handle, buffer.baseAddress))
      count = buffer.count
    }
  }

  /// The value of a tensor with one element.
  public func item() throws -> Double {
    precondition(count == 1, "item() of a tensor of shape \(shape)")
    return try doubles()[0]
  }

  /// This tensor in another type, on another device, or itself if it is already there.
  public func to(_ dtype: DType? = nil, device: Device? = nil) throws -> Tensor {
    try Tensor(ct.to(handle, (dtype ?? self.dtype).code, (device ?? self.device).code))
  }
}

extension [Int] {
  var i64: [Int64] { map(Int64.init) }
  var rank: Int32 { Int32(count) }
}

/// The shim's latest failure on this thread.
func lastEngineError() -> StirError { StirError(.engine, String(cString: ct.last_error())) }

/// Throws the shim's message unless `status` is success.
func check(_ status: ct_status) throws {
  guard status == 0 else { throw lastEngineError() }
}
