import Core
import Schedules
import Tensors

/// The distance between what the network says and what it should say.
public enum LossType: String, NamedChoice {
  /// Mean absolute error (WaveGrad).
  case l1
  /// Mean squared error (Ho et al. 2020, equation 14).
  case l2
  /// Half the square up to `huber_delta`, linear beyond (Huber 1964).
  case huber
}

/// What training minimises.
public struct Objective: Configuration {
  public var prediction = PredictionType.velocity
  public var loss = LossType.l2
  /// δ of the Huber loss.
  public var huberDelta = 1.0
  public var weighting = LossWeighting.none
  /// γ of `min_snr`.
  public var snrGamma = 5.0
  /// b of `sigmoid`, in nats.
  public var sigmoidBias = -1.0
  /// The standard deviation of the data, which the prediction and the weighting `edm` need; 0 has it
  /// measured when training starts.
  public var sigmaData = 0.0
  public var levels = LevelDistribution.waveGrad
  /// Mean and deviation of ln(sigma/alpha) for `log_normal`.
  public var pMean = -1.2
  public var pStd = 1.2
  /// Mean and deviation of the place's logit for `logit_normal`.
  public var logitMean = 0.0
  public var logitStd = 1.0

  public init() {}

  enum CodingKeys: String, CodingKey {
    case prediction = "prediction_type"
    case loss
    case huberDelta = "huber_delta"
    case weighting = "loss_weighting"
    case snrGamma = "snr_gamma"
    case sigmoidBias = "sigmoid_bias"
    case sigmaData = "sigma_data"
    case levels = "noise_levels"
    case pMean = "p_mean"
    case pStd = "p_std"
    case logitMean = "logit_mean"
    case logitStd = "logit_std"
  }

  public var parameterization: Parameterization {
    Parameterization(prediction, sigmaData: sigmaData > 0 ? sigmaData : 1)
  }

  /// Whether anything depends on the standard deviation of the data.
  public var needsSigmaData: Bool { prediction == .edm || weighting == .edm }

  /// - Throws: `StirError.Code.configuration` for a value out of range.
  public func validate() throws {
    func require(_ condition: Bool, _ message: String) throws {
      guard condition else { throw StirError(.configuration, "objective: \(message)") }
    }
    try require(
      huberDelta > 0 && huberDelta.isFinite, "huber_delta is \(huberDelta), expected more than 0")
    try require(snrGamma > 0 && snrGamma.isFinite, "snr_gamma is \(snrGamma), expected more than 0")
    try require(
      sigmaData >= 0 && sigmaData.isFinite,
      "sigma_data is \(sigmaData), expected more than 0, or 0 to have it measured")
    try require(pStd > 0 && pStd.isFinite, "p_std is \(pStd), expected more than 0")
    try require(logitStd > 0 && logitStd.isFinite, "logit_std is \(logitStd), expected more than 0")
    try require(
      [pMean, logitMean, sigmoidBias].allSatisfy(\.isFinite),
      "p_mean, logit_mean and sigmoid_bias are \(pMean), \(logitMean) and \(sigmoidBias), expected "
        + "finite numbers")
  }

  /// The loss of each item at its own noise level.
  ///
  /// - Parameters:
  ///   - x0, noise: [batch, channels] + extents.
  ///   - levels: one for each item.
  ///   - labels: the class of each item, nil for none; empty for a network without classes.
  ///   - recording: what the network is shown beside the state, in the shape of `x0`.
  /// - Returns: [batch].
  public func losses(
    _ network: some NoiseConditionedNetwork, x0: Tensor, noise: Tensor, levels: [NoiseLevel],
    labels: [Int?] = [], recording: Tensor? = nil
  ) throws -> Tensor {
    let column = [levels.count] + [Int](repeating: 1, count: x0.rank - 1)
    func factor(_ value: (NoiseLevel) -> Double) throws -> Tensor {
      try Tensor(levels.map(value), shape: column).to(x0.dtype, device: x0.device)
    }
    let parameterization = parameterization
    let alpha = try factor { $0.alpha * parameterization.inputScale(at: $0) }
    let sigma = try factor { $0.sigma * parameterization.inputScale(at: $0) }
    let conditioning = try network.condition(on: levels.map(\.noiseLevel), labels: labels)
    let state = try (x0 * alpha + noise * sigma).beside(recording)
    let output = try network(state, conditioning: conditioning).to(x0.dtype)
    let target =
      try x0 * factor { parameterization.target(at: $0).x0 }
      + noise * factor { parameterization.target(at: $0).noise }
    let losses = try distance(output - target).mean(Array(1..<x0.rank))
    guard weighting != .none else { return losses }
    let weights = try Tensor(levels.map(weight), shape: [levels.count])
    return try losses * weights.to(x0.dtype, device: x0.device)
  }

  private func distance(_ error: Tensor) throws -> Tensor {
    switch loss {
    case .l1: return try error.abs()
    case .l2: return try error * error
    case .huber:
      // With a = min(|e|, δ): a²/2 up to δ, and a·(|e| − a/2) = δ·(|e| − δ/2) beyond.
      let size = try error.abs()
      let bounded = try size.clamped(to: 0...huberDelta)
      return try bounded * (size - bounded * 0.5)
    }
  }
}
