import Modality

/// Each value replaced by the mean of the five positions around it, along each axis.
func blurred(_ item: Item) -> Item {
  var blurred = item
  var stride = 1
  for extent in item.shape.dropFirst().reversed() {
    let source = blurred.values
    for at in source.indices {
      let position = at / stride % extent
      let near = max(-2, -position)...min(2, extent - 1 - position)
      blurred.values[at] =
        near.reduce(0) { $0 + source[at + $1 * stride] } / Float(near.count)
    }
    stride *= extent
  }
  return blurred
}

/// White noise with the mean and the spread of all of `items`.
func noise(like items: [Item]) -> [Item] {
  let values = items.flatMap(\.values)
  let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
  let square = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
  let deviation = (square / Double(values.count)).squareRoot()
  return items.enumerated().map { number, item in
    var noise = item
    var random = SplitMix64(seed: 41, UInt64(number))
    for i in noise.values.indices {
      noise.values[i] = Float(mean + deviation * random.normal())
    }
    return noise
  }
}
