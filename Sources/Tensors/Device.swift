import CTorch
import Core

/// Where a tensor lives and is computed with: `cpu`, `cuda`, `cuda:1`, `mps`.
public enum Device: Hashable, Sendable, CustomStringConvertible {
  case cpu
  case cuda(Int)
  case mps

  /// The device called `name`.
  /// - Throws: `.configuration` for a name that is none, `.unavailable` for a device that this
  ///   machine, or the libtorch in use, does not have.
  public init(named name: String) throws {
    let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    switch (parts.first.map(String.init), parts.count > 1 ? Int(parts[1]) : 0) {
    case ("cpu", 0?): self = .cpu
    case ("cuda", let index?) where 0..<128 ~= index: self = .cuda(index)
    case ("mps", 0?): self = .mps
    default:
      throw StirError(
        .configuration, "\"\(name)\" is not a device: expected cpu, cuda, cuda:INDEX or mps")
    }
    guard isAvailable else {
      let found = Device.available.map(\.description).joined(separator: ", ")
      throw StirError(
        .unavailable,
        "the device \(self) is not there: libtorch \(Engine.version) sees \(found). "
          + "Choose one of these, or build with LIBTORCH set to a libtorch made for \(self)")
    }
  }

  /// Whether the libtorch in use can compute on this device, on this machine.
  public var isAvailable: Bool { ct.device_available(code) }

  /// Every device that can be used here.
  public static var available: [Device] {
    ([.cpu, .mps] + (0..<16).map(Device.cuda)).filter(\.isAvailable)
  }

  public var description: String {
    switch self {
    case .cpu: "cpu"
    case .cuda(let index): "cuda:\(index)"
    case .mps: "mps"
    }
  }

  var code: ct_device {
    switch self {
    case .cpu: ct_device(kind: CT_CPU, index: 0)
    case .cuda(let index): ct_device(kind: CT_CUDA, index: Int32(index))
    case .mps: ct_device(kind: CT_MPS, index: 0)
    }
  }

  init(code: ct_device) {
    self =
      switch code.kind {
      case CT_CUDA: .cuda(Int(code.index))
      case CT_MPS: .mps
      default: .cpu
      }
  }
}
