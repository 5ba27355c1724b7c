extension Picture.Color {
  /// The colour for `t` on a map from black over violet and orange to pale yellow, whose
  /// lightness rises evenly.
  ///
  /// Straight lines in RGB between ten equally spaced colours of matplotlib's `magma` (Nathaniel
  /// Smith and Stéfan van der Walt, CC0). Outside [0, 1] the nearest end; NaN is the dark one.
  public static func magma(_ t: Double) -> Picture.Color {
    let last = magmaControlPoints.count - 1
    let position = t.isNaN ? 0 : min(max(t, 0), 1) * Double(last)
    let index = min(Int(position), last - 1)
    let (low, high) = (magmaControlPoints[index], magmaControlPoints[index + 1])
    return low.mixed(with: high, position - Double(index))
  }

  /// This colour with the share `amount` (0…1) of each component taken from `other`.
  public func mixed(with other: Picture.Color, _ amount: Double) -> Picture.Color {
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
      UInt8((Double(a) + (Double(b) - Double(a)) * min(max(amount, 0), 1)).rounded())
    }
    return Picture.Color(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
  }
}

/// Rows 0, 28, 57, 85, 113, 142, 170, 198, 227 and 255 of `_magma_data` in matplotlib.
private let magmaControlPoints: [Picture.Color] = [
  .init(0x00, 0x00, 0x04), .init(0x18, 0x0F, 0x3D), .init(0x45, 0x10, 0x77),
  .init(0x72, 0x1F, 0x81), .init(0x9E, 0x2F, 0x7F), .init(0xCD, 0x40, 0x71),
  .init(0xF1, 0x60, 0x5D), .init(0xFD, 0x94, 0x67), .init(0xFE, 0xCA, 0x8D),
  .init(0xFC, 0xFD, 0xBF),
]
