import Foundation
import Modality

extension DataModality {
  /// Writes an item and its picture beside it. An item whose own file is a PNG is its own picture.
  ///
  /// - Returns: the picture.
  /// - Throws: what `write` and `preview` throw.
  @discardableResult
  func writeWithPicture(_ item: Item, to url: URL) throws -> Picture {
    try write(item, to: url)
    let picture = try preview(item)
    let pictureURL = pictureURL(besideItem: url)
    if pictureURL != url { try picture.writePNG(to: pictureURL) }
    return picture
  }

  /// Where the picture of the item at `url` stands.
  func pictureURL(besideItem url: URL) -> URL {
    url.deletingPathExtension().appendingPathExtension("png")
  }
}
