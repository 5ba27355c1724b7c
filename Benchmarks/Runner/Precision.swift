import Networks
import Tensors

/// What a network computes in.
enum Precision: String, Codable, CaseIterable, CodingKeyRepresentable {
  case float32, bfloat16

  var dtype: DType { self == .float32 ? .float32 : .bfloat16 }
}
