import Core
import Foundation
import Modality

/// Clean recordings and, as the condition beside each, what a microphone in noise would have made of
/// it.
///
/// An item is filled with one recording after another, with pauses between them. Both it and the
/// recording beside it are scaled such that the recording has an RMS of 1. What the training holds
/// out is mixed with noise that it holds out.
public struct NoisyRecordings: DataSet {
  private let clean: any DataSet
  private let noise: any DataSet
  private let degradation: Degradation
  /// Positions a second.
  private let rate: Double
  /// Of the items of `clean` and of `noise`: those trained on, and those held out.
  private let cleanSplit, noiseSplit: DataSplit
  private let heldOut: Set<Int>

  /// - Parameters:
  ///   - clean: what is to be had back.
  ///   - noise: recordings of noise, as items of the same shape.
  ///   - rate: positions of the last axis a second.
  ///   - training: which share is held out, and by which seed.
  /// - Throws: `StirError.Code.configuration` for a degradation out of range, or when holding out
  ///   leaves nothing.
  public init(
    clean: any DataSet, noise: any DataSet, degradation: Degradation, rate: Double,
    training: TrainingConfiguration
  ) throws {
    try degradation.validate()
    self.clean = clean
    self.noise = noise
    self.degradation = degradation
    self.rate = rate
    cleanSplit = try DataSplit(
      clean, heldOutFraction: training.heldOutFraction, seed: training.seed)
    noiseSplit = try DataSplit(
      noise, heldOutFraction: training.heldOutFraction, seed: training.seed)
    heldOut = Set(cleanSplit.heldOut)
  }

  public var count: Int { clean.count }
  public var rejected: [RejectedInput] { clean.rejected + noise.rejected }
  public func source(of index: Int) -> String { clean.source(of: index) }

  public func item(at index: Int, seed: UInt64) throws -> Item {
    var random = SplitMix64(seed: seed, UInt64(index))
    let isHeldOut = heldOut.contains(index)
    let first = try clean.item(at: index, seed: random.next())
    let (channels, length) = (first.shape[0], first.shape[1])
    let plan = Plan(degradation, rate: rate, length: length, using: &random)
    var (signal, recording) = ([Float](), [Float]())
    let speech = try speech(
      from: first, others: isHeldOut ? cleanSplit.heldOut : cleanSplit.training, using: &random)
    for channel in 0..<channels {
      let rows = try mix(
        Array(speech[(channel * length)..<((channel + 1) * length)]), channel: channel, plan,
        noises: isHeldOut ? noiseSplit.heldOut : noiseSplit.training, using: &random)
      signal += plan.short.map { rows.clean.mirrored($0) } ?? rows.clean
      recording += plan.short.map { rows.recording.mirrored($0) } ?? rows.recording
    }
    let level = recording.rms
    let scale = level > 1e-9 ? 1 / level : 1
    return Item(
      shape: first.shape, values: signal.map { $0 * scale }, scale: scale,
      conditions: [recording.map { $0 * scale }])
  }

  /// What happens to all channels of an item alike.
  private struct Plan {
    var snr: Double
    var isNoiseAlone: Bool
    var room: Room?
    var band: [Biquad]?
    /// The level, as a share of the peak, beyond which the recording is cut off.
    var ceiling: Float?
    /// What there is of a short recording.
    var short: Range<Int>?

    init(
      _ degradation: Degradation, rate: Double, length: Int, using random: inout SplitMix64
    ) {
      snr =
        random.uniform() < degradation.cleanShare
        ? random.uniform(degradation.highestSNR...50)
        : random.uniform(degradation.lowestSNR...degradation.highestSNR)
      isNoiseAlone = random.uniform() < degradation.noiseShare
      if random.uniform() < degradation.reverbShare { room = Room(rate: rate, using: &random) }
      if random.uniform() < degradation.bandLimitShare {
        let top = [Biquad].lowPass(random.geometric(0.15...0.45))
        band = random.uniform() < 0.3 ? top + .highPass(300 / rate) : top
      }
      if random.uniform() < degradation.clippingShare {
        ceiling = Float(random.uniform(0.25...0.8))
      }
      if random.uniform() < degradation.shortShare {
        let count = min(length, max(1, Int(random.uniform(0.25...1) * rate)))
        let start = Int.random(in: 0...(length - count), using: &random)
        short = start..<(start + count)
      }
    }
  }

  /// Recordings one after another, with pauses between, from somewhere in or before the first on.
  private func speech(
    from first: Item, others: [Int], using random: inout SplitMix64
  ) throws -> [Float] {
    let (channels, length) = (first.shape[0], first.shape[1])
    var values = [Float](repeating: 0, count: first.values.count)
    var item = first
    var position = -Int(random.uniform() * 0.4 * rate)
    while position < length {
      let speed = random.uniform((1 - degradation.speed)...(1 + degradation.speed))
      let gain = Float(pow(10, random.uniform(-5...5) / 20))
      let rows = (0..<channels).map { channel -> [Float] in
        let row = item.values[(channel * length)..<((channel + 1) * length)]
        return played(Array(row.prefix(item.end)), speed: speed)
      }
      for (channel, row) in rows.enumerated() {
        for i in max(0, -position)..<max(0, -position, min(row.count, length - position)) {
          values[channel * length + position + i] += gain * row[i]
        }
      }
      position += rows[0].count + max(1, Int(random.uniform(-0.2...0.4) * rate))
      guard let next = others.randomElement(using: &random) else { break }
      item = try clean.item(at: next, seed: random.next())
    }
    return values
  }

  private func mix(
    _ speech: [Float], channel: Int, _ plan: Plan, noises: [Int], using random: inout SplitMix64
  ) throws -> (clean: [Float], recording: [Float]) {
    var clean = plan.isNoiseAlone ? speech.map { _ in 0 } : speech
    if let room = plan.room { clean = room(clean) }
    var noise = try oneNoise(noises, channel: channel, count: speech.count, using: &random)
    if random.uniform() < degradation.layerShare {
      let level = Float(random.geometric(0.2...1))
      let second = try oneNoise(noises, channel: channel, count: speech.count, using: &random)
      noise = zip(noise, second).map { $0 + level * $1 }.atUnitRMS
    }
    let speechLevel = clean.rms
    let level = speechLevel > 1e-9 ? speechLevel * Float(pow(10, -plan.snr / 20)) : 1
    var recording = zip(clean, noise).map { $0 + level * $1 }
    if let band = plan.band { (clean, recording) = (band(clean), band(recording)) }
    if let ceiling = plan.ceiling {
      let limit = ceiling * recording.reduce(0) { max($0, abs($1)) }
      recording = recording.map { min(max($0, -limit), limit) }
    }
    return (clean, recording)
  }

  /// A noise with an RMS of 1.
  private func oneNoise(
    _ noises: [Int], channel: Int, count: Int, using random: inout SplitMix64
  ) throws -> [Float] {
    guard random.uniform() >= degradation.syntheticShare,
      let index = noises.randomElement(using: &random)
    else { return syntheticNoise(count: count, rate: rate, using: &random) }
    let item = try noise.item(at: index, seed: random.next())
    let row = Array(item.values[(channel * count)..<((channel + 1) * count)].prefix(item.end))
    var values = played(
      row, speed: random.uniform((1 - degradation.speed)...(1 + degradation.speed)))
    guard !values.isEmpty else {
      return syntheticNoise(count: count, rate: rate, using: &random)
    }
    // A noise that is too short goes on from its start.
    let length = values.count
    values = (0..<count).map { values[$0 % length] }
    if random.uniform() < degradation.equalizerShare {
      values = [Biquad].equalizer(using: &random)(values)
    }
    return values.atUnitRMS
  }
}

extension [Float] {
  /// As long, with nothing but `part` and its mirror images.
  fileprivate func mirrored(_ part: Range<Int>) -> [Float] {
    indices.map { self[part.lowerBound + mirroredIndex($0, count: part.count)] }
  }
}

extension Item {
  /// The positions of the last axis before the zeros that fill the item up.
  fileprivate var end: Int {
    let length = shape[1]
    return stride(from: 0, to: values.count, by: length).map { start in
      (values[start..<(start + length)].lastIndex { $0 != 0 }).map { $0 - start + 1 } ?? 0
    }.max() ?? 0
  }
}
