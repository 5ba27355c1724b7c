import CTorch
import Core

/// The libtorch that this process runs on.
public enum Engine {
  /// libtorch's version, such as `1.13.0`.
  public static var version: String { String(cString: ct_version()) }

  /// The kernel set that libtorch picked for this processor, such as `AVX2`.
  public static var cpuCapability: String { String(cString: ct_cpu_capability()) }

  /// Tensors and generators that are alive in the shim; what a leak test counts.
  public static var liveHandles: Int { Int(ct_live_handles()) }

  /// The number of threads that one operation may use.
  public static var threads: Int { Int(ct_threads()) }

  /// Readies this process for long computation: `threads` for each operation, and freed memory
  /// kept for the next step instead of given back and faulted in again.
  ///
  /// Call once, on the thread that will compute, before the first tensor.
  public static func start(threads: Int) throws {
    precondition(threads > 0, "threads is at least 1")
    ct_keep_freed_memory()
    try check(ct_set_threads(Int32(threads)))
  }
}
