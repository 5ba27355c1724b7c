/// The place in `0..<count` that stands for `index` in what is continued by its mirror image at both
/// ends, over and over.
public func mirroredIndex(_ index: Int, count: Int) -> Int {
  let place = index % (2 * count)
  let positive = place < 0 ? place + 2 * count : place
  return positive < count ? positive : 2 * count - 1 - positive
}
