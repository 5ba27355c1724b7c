import Modality

/// How images of any size become items of one size.
public struct ImageConfiguration: ModalityConfiguration {
  /// Pixels in a row of an item.
  public var width = 64
  /// Rows of an item.
  public var height = 64
  /// 1 for grey, 3 for red, green and blue.
  public var channels = 3
  public var fit = Fit.crop
  /// The grey, 0 (black) to 255 (white), that shows through transparent pixels and fills what
  /// `fit: pad` leaves.
  public var background = 255
  /// Whether an item is mirrored left to right half of the time, as its seed decides.
  public var flip = false
  public var labels = LabelSource.folder

  public init() {}

  public static let help = [
    "width": "the pixels in a row of an item, 1 to 4096",
    "height": "the rows of an item, 1 to 4096",
    "channels": "1 for grey, 3 for red, green and blue",
    "fit":
      "crop: scaled to cover the item, then its middle; stretch: each axis by itself; "
      + "pad: scaled to fit into the item, with background around it",
    "background": "the grey behind transparent pixels and around padded images, 0 to 255",
    "flip": "true: mirrored left to right half of the time, as the item's seed decides",
    "labels":
      "folder: the name of a file's folder; name: its name up to the first _; none. "
      + "An IDX file's labels count before folder and name",
  ]

  /// How an image of one shape becomes an item of another.
  public enum Fit: String, NamedChoice {
    /// Scaled until it covers the item, of which the middle stays.
    case crop
    /// Each axis is scaled by itself.
    case stretch
    /// Scaled until it fits into the item, with background around it.
    case pad
  }
}

extension ImageConfiguration {
  /// - Throws: `StirError.Code.configuration` naming the first key whose value is not admitted.
  func validate() throws {
    func require(_ holds: Bool, _ key: String, _ expected: String, _ found: Int) throws {
      guard !holds else { return }
      throw StirError(.configuration, "\(key): expected \(expected), found \(found)")
    }
    try require((1...4096).contains(width), "width", "1 to 4096 pixels", width)
    try require((1...4096).contains(height), "height", "1 to 4096 pixels", height)
    try require([1, 3].contains(channels), "channels", "1 (grey) or 3 (colour)", channels)
    try require((0...255).contains(background), "background", "0 to 255", background)
  }
}
