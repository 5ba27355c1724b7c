import CTorch
import Core

/// The libtorch that this process runs on.
public enum Engine {
  /// libtorch's version, such as `1.13.0`.
  public static var version: String { String(cString: ct.torch_version()) }

  /// The kernel set that libtorch picked for this processor, such as `AVX2`.
  public static var cpuCapability: String { String(cString: ct.cpu_capability()) }

  /// Tensors and generators that are alive in the shim; what a leak test counts.
  public static var liveHandles: Int { Int(ct.live_handles()) }

  /// Whether `device` multiplies bfloat16 faster than float32 (CPUs with AVX512-BF16, newer GPUs).
  public static func multipliesBFloat16(on device: Device) -> Bool {
    ct.multiplies_bfloat16(device.code)
  }

  /// The number of threads that one operation may use.
  public static var threads: Int { Int(ct.threads()) }

  /// Readies this process for long computation: `threads` for each operation, and freed memory
  /// kept for the next step instead of given back and faulted in again.
  ///
  /// Call once, on the thread that will compute, before the first tensor.
  /// - Throws: `.unavailable` if the engine's library cannot be loaded.
  public static func start(threads: Int) throws {
    precondition(threads > 0, "threads is at least 1")
    _ = try EngineLibrary.loaded.get()
    ct.keep_freed_memory()
    try check(ct.set_threads(Int32(threads)))
  }
}
