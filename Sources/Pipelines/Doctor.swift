import Audio
import Core
import Foundation
import Networks
import Tensors

/// What this machine and this build can do, and what is wrong with them.
public struct Doctor: Codable, Sendable {
  public var stir: String
  public var libtorch: String
  public var libtorchKernels: String
  public var blas: String
  public var devices: [String]
  /// What networks compute in here by themselves.
  public var precision: Precision
  public var cores: Int
  public var cpuFeatures: [String]
  public var codecs: [String]
  /// A sentence for each thing that is wrong, with what to do.
  public var problems: [String]

  enum CodingKeys: String, CodingKey {
    case stir, libtorch, blas, devices, precision, cores, codecs, problems
    case libtorchKernels = "libtorch_kernels"
    case cpuFeatures = "cpu_features"
  }

  /// Looks at the machine; runs one small matrix product, so that libraries are loaded.
  public init() throws {
    let probe = try Tensor.full(1, shape: [64, 64])
    let product = try probe.matmul(probe).mean().item()
    stir = Version.current
    libtorch = Engine.version
    libtorchKernels = Engine.cpuCapability
    blas = Doctor.loadedBLAS()
    devices = Device.available.map(\.description)
    precision = Precision.auto.settled(on: .cpu)
    cores = ProcessInfo.processInfo.activeProcessorCount
    cpuFeatures = Doctor.cpuFeatures()
    codecs = AudioModality.codecs
    problems = []
    if product != 64 { problems.append("a 64 × 64 matrix product came out wrong: \(product)") }
    if blas.contains("reference") {
      problems.append(
        "matrix products run on the reference BLAS, many times slower than need be; "
          + "install libopenblas0-openmp")
    } else if blas.contains("pthread") {
      problems.append(
        "OpenBLAS runs threads of its own beside libtorch's; install libopenblas0-openmp")
    }
    #if arch(x86_64)
      if !cpuFeatures.isEmpty, !cpuFeatures.contains("avx2") {
        problems.append("this processor has no AVX2: training will be slow")
      }
    #endif
  }

  /// The report for people.
  public var text: String {
    """
    stir            \(stir)
    libtorch        \(libtorch), kernels for \(libtorchKernels)
    BLAS            \(blas)
    devices         \(devices.joined(separator: ", "))
    precision       \(precision.rawValue) unless --precision says otherwise
    cores           \(cores)
    CPU features    \(cpuFeatures.isEmpty ? "unknown" : cpuFeatures.joined(separator: " "))
    audio           \(codecs.joined(separator: ", "))
    \(problems.isEmpty ? "no problems found" : "problems\n" + problems.map { "  - \($0)" }.joined(separator: "\n"))
    """
  }

  /// The BLAS in this process's memory map; libtorch calls whichever the system has chosen.
  private static func loadedBLAS() -> String {
    guard let map = systemFile("/proc/self/maps") else { return "the system's own" }
    let paths = Set(map.split(separator: "\n").compactMap { $0.split(separator: " ").last })
    // libblas.so.3 may be OpenBLAS itself under the system's name.
    for (mark, name) in [
      ("libmkl", "MKL"), ("openblas-openmp/", "OpenBLAS (OpenMP)"),
      ("openblas-pthread/", "OpenBLAS (pthread)"), ("openblas-serial/", "OpenBLAS (serial)"),
      ("libopenblas", "OpenBLAS"), ("/blas/libblas", "reference BLAS"),
    ] where paths.contains(where: { $0.contains(mark) }) { return name }
    return "inside libtorch"
  }

  private static func cpuFeatures() -> [String] {
    let wanted = [
      "avx2", "fma", "avx512f", "avx512bw", "avx512_bf16", "avx512_vnni", "amx_tile", "amx_bf16",
      "asimd", "bf16", "sve",
    ]
    guard let info = systemFile("/proc/cpuinfo"),
      let line = info.split(separator: "\n").first(where: {
        $0.hasPrefix("flags") || $0.hasPrefix("Features")
      })
    else { return [] }
    let present = Set(line.split(separator: " ").map(String.init))
    return wanted.filter(present.contains)
  }
}

/// The text of a file that the kernel makes up as it is read, whose size is given as 0.
private func systemFile(_ path: String) -> String? {
  guard let data = try? FileHandle(forReadingAtPath: path)?.readToEnd() else { return nil }
  return String(decoding: data, as: UTF8.self)
}

/// The version of this toolkit.
public enum Version {
  public static let current = "0.1.0"
}
