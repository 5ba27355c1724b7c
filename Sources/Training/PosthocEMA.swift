import Core
import Foundation
import Networks
import Tensors

/// Two moving averages of the weights with power profiles, snapshots of which are kept so that an
/// average of any length can be put together after the training.
///
/// Reference: Karras et al. 2024 (EDM2), section 3.2: σ_rel of 0.05 and 0.10.
struct PosthocEMA {
  /// The tracked averages of each profile, in the order of the parameters.
  let tracked: [(profile: PowerProfile, averages: [Tensor])]

  /// What the names of all averages in files begin with.
  static let prefix = "posthoc_ema."

  init(_ parameters: [Parameter], relativeDeviations: [Double] = [0.05, 0.1]) throws {
    tracked = try relativeDeviations.map { deviation in
      (
        try PowerProfile(relativeDeviation: deviation),
        try parameters.map { try .zeros(like: $0.tensor) }
      )
    }
  }

  /// Takes in the weights after the `update`-th update (from 1).
  func update(_ parameters: [Parameter], update: Int) throws {
    let weights = parameters.map(\.tensor)
    for (profile, averages) in tracked {
      try Tensor.average(averages, towards: weights, weight: profile.weight(update: update))
    }
  }

  /// The averages of each profile, called by its σ_rel.
  var groups: [(name: String, tensors: [Tensor])] {
    tracked.map { ("\(PosthocEMA.prefix)\($0.profile.relativeDeviation)", $0.averages) }
  }
}

extension Trainer {
  /// Writes the averages that `training.posthoc_ema_every` asks for, with all that a model file of
  /// them needs.
  /// - Throws: `StirError.Code.unwritableOutput`.
  public func writeSnapshot(to url: URL) throws {
    guard let posthoc else { preconditionFailure("training.posthoc_ema_every is 0") }
    var metadata = try DiffusionModel.metadata(
      configuration, layout, step: step, format: EMAReconstruction.format)
    metadata["updates"] = "\(step - skippedSteps)"
    try SafeTensors(tensors: named(posthoc.groups), metadata: metadata).write(to: url)
  }
}
