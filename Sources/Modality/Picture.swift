/// A raster of 8-bit RGB pixels, row by row from the top left.
///
/// Modalities draw on one; the host encodes it.
public struct Picture: Hashable, Sendable {
  public let width: Int
  public let height: Int
  /// `width × height × 3` bytes: red, green, blue.
  public private(set) var pixels: [UInt8]

  public struct Color: Hashable, Sendable {
    public var red, green, blue: UInt8

    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
      (self.red, self.green, self.blue) = (red, green, blue)
    }

    public static let black = Color(0, 0, 0)
    public static let white = Color(255, 255, 255)
  }

  public init(width: Int, height: Int, background: Color = .white) {
    precondition(width > 0 && height > 0, "a picture has at least one pixel")
    self.width = width
    self.height = height
    pixels = []
    pixels.reserveCapacity(width * height * 3)
    for _ in 0..<(width * height) {
      pixels.append(background.red)
      pixels.append(background.green)
      pixels.append(background.blue)
    }
  }

  /// A picture of `width × height × 3` bytes; nil if there are not as many, or none.
  public init?(width: Int, height: Int, pixels: [UInt8]) {
    guard width > 0, height > 0, width <= 1 << 24, height <= 1 << 24,
      pixels.count == width * height * 3
    else { return nil }
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// The pixel in column `x` and row `y`. Writes outside the picture are ignored.
  public subscript(x: Int, y: Int) -> Color {
    get {
      let at = (y * width + x) * 3
      return Color(pixels[at], pixels[at + 1], pixels[at + 2])
    }
    set {
      guard x >= 0, x < width, y >= 0, y < height else { return }
      let at = (y * width + x) * 3
      pixels[at] = newValue.red
      pixels[at + 1] = newValue.green
      pixels[at + 2] = newValue.blue
    }
  }
}
