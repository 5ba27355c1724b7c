import Foundation
import Modality

/// An item that was made and the training item nearest to it.
public struct NearestPair: Encodable, Sendable {
  /// The file of what was made.
  public var made: String
  /// The file of the training item.
  public var training: String
  /// As in ``Memorization``.
  public var distance: Double
  /// The one that was made, and the training item.
  let items: [Item]

  enum CodingKeys: String, CodingKey { case made, training, distance }
}

extension [NearestPair] {
  /// Draws each pair, what was made on the left, nearest first, four pairs in a row.
  ///
  /// - Parameters:
  ///   - modality: the one that they were read with.
  ///   - url: a PNG file.
  /// - Throws: `StirError.Code.unwritableOutput`, and what drawing an item throws.
  public func draw(with modality: any DataModality, to url: URL) throws {
    let pictures = try map { pair in
      try Picture.contactSheet(
        pair.items.map { try modality.preview($0).reduced(toAtMost: 320) }, columns: 2, gap: 2)
    }
    try Picture.contactSheet(pictures, columns: 4, gap: 16).writePNG(to: url)
  }
}
