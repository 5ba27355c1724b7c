import Core
import Foundation
import Modality
import Networks
import Tensors

/// A model of averaged weights whose length of averaging is chosen after the training, from the
/// snapshots that `training.posthoc_ema_every` left.
///
/// Reference: Karras et al. 2024 (EDM2), section 3.2.
public struct EMAReconstruction {
  public let model: DiffusionModel
  /// How many snapshots it was made from.
  public let snapshots: Int
  /// How far the profile is from the one asked for: the norm of the difference over the norm.
  public let profileError: Double

  static let format = "stir-ema-snapshot"

  /// - Parameters:
  ///   - profile: the one asked for, ending at the last snapshot.
  ///   - files: the snapshots of one run.
  /// - Throws: `StirError.Code.invalidData` when no file is given, or one is damaged or of another
  ///   run.
  public init(_ profile: PowerProfile, fromSnapshots files: [URL]) throws {
    var last: (configuration: RunConfiguration, layout: Layout, step: Int)?
    // Two snapshots with no update between them are the same.
    var byUpdates: [Int: URL] = [:]
    for url in files {
      let metadata = try SafeTensors.metadata(of: url)
      let description = try DiffusionModel.describe(metadata, at: url, format: Self.format)
      guard let updates = metadata["updates"].flatMap(Int.init), updates >= 0 else {
        throw StirError(.invalidData, "\(url.path): the snapshot's number of updates is damaged")
      }
      if description.step >= last?.step ?? 0 { last = description }
      if updates > 0 { byUpdates[updates] = url }
    }
    guard let last, let end = byUpdates.keys.max() else {
      throw StirError(
        .invalidData, "none of \(counted(files.count, "snapshot")) was taken after an update")
    }
    let tracked = try PosthocEMA([]).tracked.map(\.profile)
    let order = byUpdates.keys.sorted()
    let averages = order.flatMap { updates in tracked.map { ($0, Double(updates)) } }
    let fit = ProfileFit((profile, Double(end)), from: averages)

    let network = try UNet(
      last.configuration.network, layout: last.layout, task: last.configuration.task)
    var sums = try network.namedParameters().map { name, parameter in
      (name: name, sum: try Tensor.zeros(parameter.tensor.shape, dtype: .float64))
    }
    for (number, updates) in order.enumerated() {
      guard let url = byUpdates[updates] else { continue }
      let tensors = try SafeTensors(contentsOf: url).tensors
      for (offset, profile) in tracked.enumerated() {
        let coefficient = fit.coefficients[number * tracked.count + offset]
        for i in sums.indices {
          let name = "\(PosthocEMA.prefix)\(profile.relativeDeviation).\(sums[i].name)"
          guard let average = tensors[name], average.shape == sums[i].sum.shape else {
            throw StirError(
              .invalidData,
              "\(url.path): \(name) of shape \(sums[i].sum.shape) is not in it; the snapshots are "
                + "not all of one run")
          }
          sums[i].sum = try sums[i].sum + average.to(.float64) * coefficient
        }
      }
    }
    let weights = try sums.map { ($0.name, try $0.sum.to(.float32)) }
    try network.load(Dictionary(uniqueKeysWithValues: weights), from: "the snapshots")
    model = try DiffusionModel(
      network: network, configuration: last.configuration, layout: last.layout, step: last.step)
    (snapshots, profileError) = (order.count, fit.error)
  }
}
