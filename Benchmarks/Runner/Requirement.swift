/// What this project set out to reach; a lower bound unless `isMemory`.
enum Requirement {
  /// PyTorch's float32 time by ours.
  static func float32Ratio(_ task: Task, _ precision: Precision, width: Int) -> Double {
    switch (task, precision) {
    case (.forward, .float32): width == 32 ? 1.5 : 1.35
    case (.train, .float32): width == 32 ? 1.45 : 1.3
    case (.forward, .bfloat16): 2.5
    case (.train, .bfloat16): 2.3
    }
  }

  /// PyTorch's time under bfloat16 autocast by ours.
  static func autocastRatio(_ precision: Precision) -> Double? {
    precision == .bfloat16 ? 1.6 : nil
  }

  /// The share of the processor's peak.
  static func peakShare(_ task: Task, _ precision: Precision, width: Int) -> Double? {
    guard precision == .float32, width == 64 else { return nil }
    return task == .forward ? 0.78 : 0.65
  }

  /// The memory of a bfloat16 training step by PyTorch's in float32, at most.
  static let memoryShare = 0.6
}
