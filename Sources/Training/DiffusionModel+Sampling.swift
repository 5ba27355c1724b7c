import Core
import Diffusion
import Modality
import Schedules
import Tensors

/// What is to be made besides how: classes, extents, and what it is made from.
public struct SampleRequest {
  /// Of an item, [channels] + extents; the edit's, or else the layout's, when nil.
  public var shape: [Int]?
  /// What the items are made from; noise alone when nil.
  public var edit: Edit?
  /// The classes that the items have by turns; of no particular class when empty.
  public var labels: [Int]

  public init(shape: [Int]? = nil, edit: Edit? = nil, labels: [Int] = []) {
    self.shape = shape
    self.edit = edit
    self.labels = labels
  }
}

extension DiffusionModel {
  /// Makes new items as `sampling` says; the model's own configuration when it is nil.
  ///
  /// See ``sample(count:sampler:ladder:of:seed:batchSize:denoiser:progress:each:)``.
  /// - Throws: `StirError.Code.configuration` for a sampling that does not fit, or guidance without a
  ///   class.
  public func sample(
    count: Int, sampling: SamplingConfiguration? = nil, of request: SampleRequest = SampleRequest(),
    seed: UInt64 = 0, batchSize: Int? = nil,
    progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in },
    each: (Int, Item) throws -> Void
  ) throws {
    let sampling = sampling ?? configuration.sampling
    let labels = request.labels
    // One denoiser for all batches keeps what its network makes of each level.
    let shared =
      try Set(labels).count > 1 ? nil : denoiser(sampling, labels: Array(labels.prefix(1)))
    try sample(
      count: count, sampler: sampling.makeSampler(), ladder: sampling.ladder(of: table),
      of: request, seed: seed, batchSize: batchSize,
      denoiser: { items in
        try shared ?? denoiser(sampling, labels: items.map { labels[$0 % labels.count] })
      }, progress: progress, each: each)
  }

  /// Makes `count` new items in memory, with trailing spacing and no clipping.
  public func sample(
    count: Int, steps: Int, sampler: Sampler = .ddim(), seed: UInt64 = 0
  ) throws -> [Item] {
    var items: [Item] = []
    let denoise = NetworkDenoiser(network, configuration.objective.parameterization)
    try sample(
      count: count, sampler: sampler, ladder: table.ladder(steps: steps, spacing: .trailing),
      seed: seed, denoiser: { _ in denoise }
    ) { items.append($1) }
    return items
  }

  /// Makes new items.
  ///
  /// An item depends on `seed` and its number alone, not on `count` or `batchSize`.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - ladder: the noise levels to walk.
  ///   - request: what is to be made.
  ///   - batchSize: how many are made at once at most, batches being as even as can be; by itself
  ///     from 1 to 64, the more the shorter an item is.
  ///   - denoiser: the network with whatever stands around it, for a batch of these numbers.
  ///   - progress: called with the number of steps done and in all; what it throws ends the sampling.
  ///   - each: receives each item, with its number, as soon as its batch is done.
  /// - Throws: `StirError.Code.diverged` when an item's values are not all numbers.
  public func sample(
    count: Int, sampler: Sampler, ladder: Ladder, of request: SampleRequest = SampleRequest(),
    seed: UInt64, batchSize: Int? = nil, denoiser: (Range<Int>) throws -> any Denoiser,
    progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in },
    each: (Int, Item) throws -> Void
  ) throws {
    let edit = request.edit
    let shape = request.shape ?? edit.map { Array($0.x0.shape.dropFirst()) } ?? layout.shape
    // The windows of a long item stand in batches of their own, where all have one class.
    let isMixed = Set(request.labels).count > 1 && shape != layout.shape
    let most = isMixed ? 1 : max(1, min(64, usualBatchSize * layout.count / shape.reduce(1, *)))
    let batchSize = min(batchSize ?? most, isMixed ? 1 : .max)
    let steps = edit?.evaluations(along: ladder) ?? ladder.count
    precondition(count >= 0 && batchSize > 0, "count is not negative, batchSize at least 1")
    let number = (count + batchSize - 1) / batchSize
    let batches = (0..<number).map { ($0 * count / number)..<(($0 + 1) * count / number) }
    for (i, items) in batches.enumerated() {
      let denoise = try denoiser(items)
      let noise = try BatchNoise(seed: seed, items: items, shape: shape, device: network.device)
      func report(_ done: Int) throws { try progress(i * steps + done, batches.count * steps) }
      let x0 = try withoutGradient {
        try edit?.sample(denoise, sampler, along: ladder, noise: noise.next, progress: report)
          ?? sampler.sample(
            denoise, from: ladder.start.pureNoise(noise.next()), along: ladder, noise: noise.next,
            progress: report)
      }
      for (row, number) in items.enumerated() {
        let values = try x0.sliced(dim: 0, row..<(row + 1)).floats()
        guard values.allSatisfy(\.isFinite) else {
          throw StirError(
            .diverged,
            "the model made values that are not numbers; clip the estimate "
              + "(sampling.clipping=fixed) or train it again with a lower learning rate")
        }
        try each(number, Item(shape: shape, values: values))
      }
    }
  }

  /// The network as a denoiser of items of any length, with the guidance and the clipping that
  /// `sampling` asks for; those longer than the layout in windows of its extent.
  ///
  /// - Parameter labels: the class of each item or one for all; none when empty.
  /// - Throws: `StirError.Code.configuration` for guidance without a class, and for a model that takes
  ///   noise away.
  public func denoiser(
    _ sampling: SamplingConfiguration, labels: [Int] = []
  ) throws -> any Denoiser {
    guard configuration.task == .generate else {
      throw StirError(
        .configuration, "this model takes noise away and makes nothing new; use stir denoise")
    }
    let classes = configuration.conditioning.classes
    guard !labels.isEmpty || !sampling.isGuided else {
      throw StirError(
        .configuration,
        "guidance_scale is \(sampling.guidanceScale), but no class is asked for; "
          + (classes.isEmpty
            ? "this model knows none: leave guidance out, or train one with conditioning.labels=true"
            : "name one with --label: \(classes.joined(separator: ", "))"))
    }
    let denoise = NetworkDenoiser(
      network, configuration.objective.parameterization, labels: labels)
    return try windowed(sampling.clipped(sampling.guided(denoise)))
  }

  private func windowed(_ base: some Denoiser) -> any Denoiser {
    guard let window = layout.extents.last, window > 1 else { return base }
    return WindowedDenoiser(base, window: window, batchSize: usualBatchSize)
  }

  /// How many items of the layout's shape are computed at once: from 8 to 64, the more the shorter.
  private var usualBatchSize: Int { max(8, min(64, 65_536 / layout.count)) }
}
