import Core
import Diffusion
import Foundation
import Modality
import Schedules
import Tensors
import Training

/// Finds the noise ladder of few steps with which a trained model makes what is nearest to real data
/// that it was not trained on.
///
/// The cost of a ladder is the ``kernelDistance(_:_:)`` of what it makes, from the same noise each
/// time, to one half of the held-out items. The other half, and other noise, tells how good the best
/// ladder is.
public struct ScheduleSearch {
  let model: DiffusionModel
  let modality: any DataModality
  let console: Console
  let interruption: Interruption

  public init(
    model url: URL, registry: ModalityRegistry, device: Device, console: Console,
    interruption: Interruption
  ) throws {
    model = try DiffusionModel(contentsOf: url, device: device)
    modality = try registry.modality(of: model.configuration)
    self.console = console
    self.interruption = interruption
  }

  /// What a search found.
  public struct Result: Codable, Sendable {
    /// A ladder and its distance to held-out items that the search did not look at.
    public struct Row: Codable, Sendable {
      public var ladder: String
      public var sigmas: [Double]
      public var kernelDistance: Double

      enum CodingKeys: String, CodingKey {
        case ladder, sigmas
        case kernelDistance = "kernel_distance"
      }
    }

    /// The ladders that the search could start from, and last the one that it found.
    public var rows: [Row]
    /// Ladders that were tried.
    public var tried: Int
    /// Items made for each, and real ones that they were compared with.
    public var made: Int
    public var heldOut: Int

    enum CodingKeys: String, CodingKey {
      case rows, tried, made
      case heldOut = "held_out"
    }
  }

  /// - Parameters:
  ///   - data: the data that the model was trained on; what its training held out is used.
  ///   - steps: the number of levels, 1 to 100.
  ///   - items: how many items are made for each ladder.
  ///   - settings: keys of the sampling, such as another sampler.
  /// - Returns: what was found, and the model with the best ladder as its own.
  /// - Throws: `.invalidData` for fewer than 8 held-out items; ``Interrupted``.
  public func search(
    on data: URL, steps: Int, items count: Int, settings: [String]
  ) throws -> (result: Result, model: DiffusionModel) {
    let (model, modality) = (model, modality)
    var sampling = try Recipe.load(nil, settings: settings, over: model.configuration).sampling
    let real = try ItemSubset(
      modality, at: data, part: (model.configuration, \.heldOut), atLeast: 8, "held-out item",
      progress: console.measuringData(until: interruption)
    ).thinned(to: 2 * max(count, 64))
    let features = try concurrentMap(real.count) { try modality.features(of: real.item($0)) }
    func half(_ parity: Int) -> [[Float]] {
      features.indices.filter { $0 % 2 == parity }.map { features[$0] }
    }

    var tried = 0
    func distance(_ sigmas: [Double], seed: UInt64, to real: [[Float]]) throws -> Double {
      sampling.sigmas = sigmas
      var made: [[Float]] = []
      try model.sample(count: count, sampling: sampling, seed: seed) { _, _ in
        try interruption.check()
      } each: {
        made.append(try modality.features(of: $1))
      }
      return try kernelDistance(made, real)
    }
    let searching = half(0)
    func cost(_ sigmas: [Double]) throws -> Double {
      let found = try distance(sigmas, seed: 0, to: searching)
      tried += 1
      console.progress("tried \(counted(tried, "ladder")), the last at \(decimal(found, 4))")
      return found
    }

    let starts = try self.starts(steps: steps)
    let costs = try starts.map { try cost($0.sigmas) }
    let first = costs.indices.min { costs[$0] < costs[$1] } ?? 0
    let best = try searchLadder(from: starts[first].sigmas, cost: cost).sigmas
    let rows = try (starts + [(name: "searched", sigmas: best)]).map {
      Result.Row(
        ladder: $0.name, sigmas: $0.sigmas,
        kernelDistance: try distance($0.sigmas, seed: 1, to: half(1)))
    }
    console.closeLine()
    (sampling.sigmas, sampling.steps) = (best, steps)
    return (
      Result(rows: rows, tried: tried, made: count, heldOut: searching.count),
      try model.with(sampling)
    )
  }

  /// Ladders of `steps` levels by the book.
  private func starts(steps: Int) throws -> [(name: String, sigmas: [Double])] {
    let names: [SamplingConfiguration.Spacing] = [.trailing, .quadratic, .karras, .exponential]
    return try names.map { name in
      var sampling = SamplingConfiguration()
      (sampling.steps, sampling.spacing) = (steps, name)
      // EDM's own; a cosine schedule goes on to 20,000, where a step finds nothing to do.
      sampling.sigmaMax = min(80, model.table.greatestSigma)
      let sigmas = try sampling.ladder(of: model.table).map { $0.level.sigma / $0.level.alpha }
      // A level without any signal has no σ; the next one is as good a start.
      return (name.rawValue, sigmas.map { min($0, model.table.greatestSigma) })
    }
  }
}

extension ScheduleSearch.Result {
  /// The table for people.
  public var text: String {
    let header = "ladder      kernel distance  sigma/alpha of each step"
    let lines = rows.map { row in
      row.ladder.padding(toLength: 12, withPad: " ", startingAt: 0)
        + String(format: "%15.4f  ", row.kernelDistance)
        + row.sigmas.map { String(format: "%.4g", $0) }.joined(separator: " ")
    }
    let note =
      "\(counted(made, "item")) made with each of \(tried) ladders, compared with \(heldOut) held-out "
      + "items; the table is of \(heldOut) others"
    return ([header] + lines + [note]).joined(separator: "\n")
  }
}
