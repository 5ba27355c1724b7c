import CTorch

/// One update of AdamW with a moving average of the weights, in one pass over memory where they lie
/// in the CPU's as float32.
///
/// Reference: Loshchilov and Hutter 2019, algorithm 2.
public struct AdamWStep {
  /// Multiplies every gradient first.
  public var gradientScale = 1.0
  /// The learning rate times the schedule's multiplier.
  public var rate: Double
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Double
  public var weightDecay: Double
  /// The number of this update, from 1.
  public var update: Int
  /// How far each average moves towards its weight, from 0 to 1.
  public var averageWeight: Double

  public init(
    rate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double, update: Int,
    averageWeight: Double
  ) {
    self.rate = rate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.update = update
    self.averageWeight = averageWeight
  }

  /// Changes `parameters`, both moments and `averages` in place. All lists are in one order.
  public func apply(
    to parameters: [Tensor], gradients: [Tensor], firstMoments: [Tensor], secondMoments: [Tensor],
    averages: [Tensor]
  ) throws {
    precondition(
      [gradients, firstMoments, secondMoments, averages].allSatisfy {
        $0.count == parameters.count
      }, "as many tensors in each list")
    func handles(_ tensors: [Tensor]) -> [OpaquePointer?] { tensors.map { $0.handle } }
    let (p, g, m) = (handles(parameters), handles(gradients), handles(firstMoments))
    let (v, a) = (handles(secondMoments), handles(averages))
    var step = ct_adamw_step()
    step.count = Int32(parameters.count)
    (step.gradient_scale, step.rate) = (gradientScale, rate)
    (step.beta1, step.beta2, step.epsilon) = (beta1, beta2, epsilon)
    (step.weight_decay, step.update) = (weightDecay, Int64(update))
    step.average_weight = averageWeight
    try withExtendedLifetime((parameters, gradients, firstMoments, secondMoments, averages)) {
      try p.withUnsafeBufferPointer { p in
        try g.withUnsafeBufferPointer { g in
          try m.withUnsafeBufferPointer { m in
            try v.withUnsafeBufferPointer { v in
              try a.withUnsafeBufferPointer { a in
                step.parameters = p.baseAddress
                step.gradients = g.baseAddress
                step.first_moments = m.baseAddress
                step.second_moments = v.baseAddress
                step.averages = a.baseAddress
                try check(ct.adamw(&step))
              }
            }
          }
        }
      }
    }
  }
}

extension Tensor {
  /// Moves each of `averages` by the share `weight` (0 to 1) of the way to its value, in place.
  public static func average(_ averages: [Tensor], towards values: [Tensor], weight: Double) throws
  {
    precondition(averages.count == values.count, "as many averages as values")
    let (a, v) = (averages.map { Optional($0.handle) }, values.map { Optional($0.handle) })
    try withExtendedLifetime((averages, values)) {
      try check(ct.average(a, v, Int32(a.count), weight))
    }
  }

  /// The root of the summed squares of every element of `tensors`.
  public static func globalNorm(_ tensors: [Tensor]) throws -> Double {
    var norm = 0.0
    let handles = tensors.map { Optional($0.handle) }
    try withExtendedLifetime(tensors) {
      try check(ct.global_norm(handles, Int32(handles.count), &norm))
    }
    return norm
  }
}
