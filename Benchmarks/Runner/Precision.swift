import Core
import Networks

/// What a network computes in.
enum Precision: String, Codable, CaseIterable, CodingKeyRepresentable {
  case float32, bfloat16

  /// Those that this project's network can compute in.
  static let ours: [Precision] = [.float32]
}

func set(_ precision: Precision, on network: UNet) throws {
  guard precision == .float32 else {
    throw StirError(.unavailable, "the network does not compute in \(precision.rawValue)")
  }
}
