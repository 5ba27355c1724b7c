import Foundation
import Schedules
import Tensors

/// A denoiser of items longer than its base was trained on: overlapping windows along the last axis
/// are denoised at each level, and their x0 estimates cross-faded.
///
/// All windows see one state, so they agree where they overlap, at every step and with every
/// sampler. An item no longer than a window goes to the base as it is.
///
/// Reference: Bar-Tal et al., "MultiDiffusion" (2023), eq. 5, with weights that fade at the ends of
/// a window, where its base sees least around it.
public struct WindowedDenoiser<Base: Denoiser>: Denoiser {
  public let base: Base
  /// The extent of a window along the last axis.
  public let window: Int
  /// The least that two neighbours share.
  public let overlap: Int
  /// How many windows, of all items together, the base is shown at once.
  public let batchSize: Int

  /// - Parameters:
  ///   - window: the extent that the base was trained on, at least 2.
  ///   - overlap: 1 to half of `window`; half unless given.
  ///   - batchSize: at least 1; bounds memory and changes nothing else.
  public init(_ base: Base, window: Int, overlap: Int? = nil, batchSize: Int = 8) {
    let overlap = overlap ?? window / 2
    precondition(window >= 2 && (1...window / 2).contains(overlap), "1 to half of a window overlap")
    precondition(batchSize >= 1, "at least one window at a time")
    self.base = base
    self.window = window
    self.overlap = overlap
    self.batchSize = batchSize
  }

  public func callAsFunction(_ x: Tensor, at level: NoiseLevel) throws -> Tensor {
    let (items, axis, extent) = (x.shape[0], x.rank - 1, x.shape[x.rank - 1])
    let windows = Windows(extent: extent, window: window, overlap: overlap)
    guard windows.count > 1 else { return try base(x, at: level) }
    let fades = try windows.fades.map {
      try Tensor($0, shape: [window]).to(x.dtype, device: x.device)
    }
    let sum = try Tensor.zeros(like: x)
    for first in stride(from: 0, to: items * windows.count, by: batchSize) {
      let places = (first..<min(first + batchSize, items * windows.count)).map {
        (item: $0 / windows.count, window: $0 % windows.count)
      }
      func part(of tensor: Tensor, _ place: (item: Int, window: Int)) throws -> Tensor {
        try tensor.sliced(dim: 0, place.item..<(place.item + 1))
          .sliced(dim: axis, windows[place.window])
      }
      let x0 = try base(.concatenated(places.map { try part(of: x, $0) }, dim: 0), at: level)
      for (row, place) in places.enumerated() {
        // A slice shares its elements with what it was cut from.
        let sum = try part(of: sum, place)
        try sum.copy(
          from: sum + x0.sliced(dim: 0, row..<(row + 1)) * fades[windows.kind(of: place.window)])
      }
    }
    let weight = try Tensor.zeros([extent], dtype: x.dtype, device: x.device)
    for number in 0..<windows.count {
      let weight = try weight.sliced(dim: 0, windows[number])
      try weight.copy(from: weight + fades[windows.kind(of: number)])
    }
    return try sum / weight
  }
}

/// Windows of one extent over an axis, evenly spread, the first at its start and the last at its
/// end; and how much each counts where, before all are made to sum to 1.
struct Windows {
  let count: Int
  private let extent, window, overlap: Int

  /// As few windows as overlap by `overlap` at least; one that is the axis if that is no longer.
  init(extent: Int, window: Int, overlap: Int) {
    (self.extent, self.window, self.overlap) = (extent, min(window, extent), overlap)
    let hop = window - overlap
    count = 1 + (max(0, extent - window) + hop - 1) / hop
  }

  subscript(number: Int) -> Range<Int> {
    let start = count == 1 ? 0 : number * (extent - window) / (count - 1)
    return start..<(start + window)
  }

  /// Which of `fades` window `number`, one of several, has.
  func kind(of number: Int) -> Int { number == 0 ? 0 : number == count - 1 ? 2 : 1 }

  /// The weights of the first, a middle and the last window: sin² rising over the overlap with the
  /// window before, falling over that with the next, and 1 elsewhere.
  var fades: [[Double]] {
    let ramp = (0..<window).map { position in
      let s = sin(.pi / 2 * min(1, (Double(position) + 0.5) / Double(overlap)))
      return s * s
    }
    let falling = Array(ramp.reversed())
    return [falling, zip(ramp, falling).map { $0 * $1 }, ramp]
  }
}
