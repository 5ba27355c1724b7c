import Core
import Tensors

/// What a network computes in, between its layers. Weights, their gradients and the optimiser are
/// float32 all the same, and so are sums inside a layer, losses and schedules.
public enum Precision: String, NamedChoice {
  /// bfloat16 where the device multiplies it faster than float32.
  case auto
  case float32
  /// 8 bits of precision, float32's range: twice the speed and half the memory where the processor
  /// has it.
  case bfloat16

  /// This precision, with `auto` settled for `device`.
  public func settled(on device: Device) -> Precision {
    guard self == .auto else { return self }
    return Engine.multipliesBFloat16(on: device) ? .bfloat16 : .float32
  }
}

extension UNet {
  /// Computes in `precision` from now on.
  public func use(_ precision: Precision) {
    computeType = precision.settled(on: device) == .bfloat16 ? .bfloat16 : dtype
  }
}
