import Networks

/// What a network computes in.
enum Precision: String, Codable, CaseIterable, CodingKeyRepresentable {
  case float32, bfloat16

  /// As the network calls it.
  var network: Networks.Precision { self == .float32 ? .float32 : .bfloat16 }
}
