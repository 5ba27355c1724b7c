import Diffusion
import Modality
import Networks
import Schedules
import Tensors

/// The loss on recordings that were not trained on, at each of several noise levels.
public struct HeldOutLoss: Sendable {
  /// √ᾱ of each level, from nearly clean to nearly noise.
  public let noiseLevels: [Double]
  /// The mean loss at each level.
  public let losses: [Double]

  /// The mean over the levels, which estimates the training loss.
  public var mean: Double { losses.reduce(0, +) / Double(losses.count) }
}

/// Held-out items with fixed crops and fixed noise, so that two evaluations differ by the weights
/// alone.
struct HeldOutSet {
  private let x0: Tensor
  private let noise: Tensor
  private let levels: [NoiseLevel]
  /// Empty for a network without classes.
  private let labels: [Int?]
  /// Nil unless the task is to denoise.
  private let recording: Tensor?
  private let maximumItems = 32
  private let levelCount = 8

  /// Nil when nothing is held out.
  init?(
    _ data: any DataSet, indices: [Int], table: NoiseTable, conditioning: Conditioning,
    denoising: DenoisingConfiguration? = nil, seed: UInt64
  ) throws {
    guard !indices.isEmpty else { return nil }
    let count = min(maximumItems, indices.count)
    let items = try (0..<count).map {
      try data.item(at: indices[$0 * indices.count / count], seed: seed)
    }
    let shape = items[0].shape
    labels = conditioning.labels ? items.map(\.label) : []
    x0 = try Tensor(items.flatMap(\.values), shape: [count] + shape)
    let normal = try BatchNoise(seed: ~seed, items: 0..<count, shape: shape).next()
    (noise, recording) = try noiseAndRecording(denoising, of: items, normal: normal)
    let levelCount = levelCount
    levels = (0..<levelCount).map { i in
      table.level(at: (2 * i + 1) * table.count / (2 * levelCount))
    }
  }

  func loss(of network: UNet, objective: Objective, batchSize: Int) throws -> HeldOutLoss {
    let count = x0.shape[0]
    let device = network.device
    let losses = try levels.map { level in
      var sum = 0.0
      for start in stride(from: 0, to: count, by: batchSize) {
        let rows = start..<min(start + batchSize, count)
        sum += try withoutGradient {
          try objective.losses(
            network, x0: x0.sliced(dim: 0, rows).to(device: device),
            noise: noise.sliced(dim: 0, rows).to(device: device),
            levels: Array(repeating: level, count: rows.count),
            labels: labels.isEmpty ? [] : Array(labels[rows]),
            recording: recording?.sliced(dim: 0, rows).to(device: device)
          ).sum().item()
        }
      }
      return sum / Double(count)
    }
    return HeldOutLoss(noiseLevels: levels.map(\.noiseLevel), losses: losses)
  }
}
