import Core
import Diffusion
import Foundation
import Schedules
import Tensors
import Testing

/// A function of state and timestep in place of a network, at the timesteps of a scheduler's ladder.
struct ScheduledDenoiser: Denoiser {
  var sigmas: [Double]
  var timesteps: [Double]
  var prediction = PredictionType.epsilon
  /// x·t/(t + 1) in the test suite of diffusers.
  var model: @Sendable (_ x: Tensor, _ t: Double) throws -> Tensor = { try $0 * ($1 / ($1 + 1)) }

  /// The model sees `x` as it is; what it says is read at the variance-preserving level.
  func callAsFunction(_ x: Tensor, at level: NoiseLevel) throws -> Tensor {
    let distance = sigmas.map { abs(log($0 * level.alpha / level.sigma)) }
    let i = timesteps.indices.min { distance[$0] < distance[$1] }!
    let norm = hypot(level.alpha, level.sigma)
    return try Parameterization(prediction).x0(
      from: model(x, timesteps[i]), x: x / norm, at: level.on(.variancePreserving))
  }
}

/// sample[b, c, i] = index(((c·64 + i)·4 + b))/768, the images' 8 × 8 laid out as 64.
func publishedSample(_ index: (Int) -> Int = { $0 }) throws -> Tensor {
  try Tensor((0..<768).map { Float(index($0)) / 768 }, shape: [3, 64, 4]).permuted([2, 0, 1])
}

/// A run in `Tests/Fixtures/schedulers/diffusers.json`.
struct SchedulerRun: Decodable, CustomTestStringConvertible, Sendable {
  var name: String
  var schedule: JSONValue
  var sampling: JSONValue
  var prediction_type: PredictionType
  var inverse: Bool
  var timesteps: [Double]
  /// Of each step, and of the goal; none where the scheduler keeps no such list.
  var sigmas: [Double]
  var sample: [Double]
  var testDescription: String { name }

  static func all() throws -> [SchedulerRun] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/schedulers/diffusers.json")
    return try JSONDecoder().decode([SchedulerRun].self, from: Data(contentsOf: file))
  }
}
