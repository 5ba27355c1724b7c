import CTorch
import Core

/// The element type of a tensor. Raw values are safetensors' names.
public enum DType: String, CaseIterable, Codable, Sendable {
  case float32 = "F32"
  case float64 = "F64"
  case bfloat16 = "BF16"
  case float16 = "F16"
  case int64 = "I64"

  /// The size of one element.
  public var byteCount: Int {
    switch self {
    case .bfloat16, .float16: 2
    case .float32: 4
    case .float64, .int64: 8
    }
  }

  var code: ct_dtype {
    switch self {
    case .float32: CT_FLOAT32
    case .float64: CT_FLOAT64
    case .bfloat16: CT_BFLOAT16
    case .float16: CT_FLOAT16
    case .int64: CT_INT64
    }
  }

  init(code: ct_dtype) {
    self =
      switch code {
      case CT_FLOAT64: .float64
      case CT_BFLOAT16: .bfloat16
      case CT_FLOAT16: .float16
      case CT_INT64: .int64
      default: .float32
      }
  }
}
