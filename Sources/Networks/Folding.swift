import Tensors

extension Int {
  /// What has to be added to make this a multiple of `multiple`.
  func missing(toMultipleOf multiple: Int) -> Int { (multiple - self % multiple) % multiple }
}

/// Folds neighbouring positions into channels and back.
///
/// In channels-last memory, folding a signal is a change of view: [batch, time, channels] and
/// [batch, time/factor, factor·channels] are the same bytes. An image is copied once.
extension Tensor {
  /// [b, c, h, w] → [b, factor·c, h, w/factor], for images [b, factor²·c, h/factor, w/factor].
  func folded(by factor: Int, rank: Int) throws -> Tensor {
    guard factor > 1 else { return self }
    let shape = self.shape
    let (b, c, h, w) = (shape[0], shape[1], shape[2], shape[3])
    let last = try permuted([0, 2, 3, 1])
    guard rank == 2 else {
      return try last.reshaped([b, h, w / factor, factor * c]).permuted([0, 3, 1, 2])
    }
    return try last.reshaped([b, h / factor, factor, w / factor, factor, c])
      .permuted([0, 1, 3, 2, 4, 5])
      .reshaped([b, h / factor, w / factor, factor * factor * c]).permuted([0, 3, 1, 2])
  }

  /// The inverse of `folded(by:rank:)`.
  func unfolded(by factor: Int, rank: Int) throws -> Tensor {
    guard factor > 1 else { return self }
    let shape = self.shape
    let (b, c, h, w) = (shape[0], shape[1], shape[2], shape[3])
    let last = try permuted([0, 2, 3, 1])
    guard rank == 2 else {
      return try last.reshaped([b, h, w * factor, c / factor]).permuted([0, 3, 1, 2])
    }
    let inner = c / (factor * factor)
    return try last.reshaped([b, h, w, factor, factor, inner]).permuted([0, 1, 3, 2, 4, 5])
      .reshaped([b, h * factor, w * factor, inner]).permuted([0, 3, 1, 2])
  }
}
