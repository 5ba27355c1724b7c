import CPNG
import Foundation
import Modality

/// Images: PNG, JPEG and IDX files in, PNG files out.
///
/// An item is [channels, height, width], from -1 for black to 1 for the full brightness.
public struct ImageModality: ConfigurableModality {
  public static let identifier = "image"
  public static let version = "1"
  public static let summary = "images: PNG, JPEG and IDX (MNIST) files in, PNG out"

  public let configuration: ImageConfiguration

  public init(configuration: ImageConfiguration) throws {
    try configuration.validate()
    self.configuration = configuration
  }

  /// Images with the defaults of everything but their size.
  ///
  /// - Parameters:
  ///   - width: in pixels, 1 to 4096.
  ///   - height: in pixels, 1 to 4096.
  ///   - channels: 1 for grey, 3 for colour.
  /// - Throws: `StirError.Code.configuration` for values outside these ranges.
  public init(width: Int, height: Int, channels: Int = 3) throws {
    var configuration = ImageConfiguration()
    configuration.width = width
    configuration.height = height
    configuration.channels = channels
    try self.init(configuration: configuration)
  }

  public var layout: Layout {
    Layout(
      channels: configuration.channels, extents: [configuration.height, configuration.width])
  }

  /// Half of the step of 2/255 between two bytes, and what rounding adds.
  public var tolerance: Float { 1 / 255 + 1e-5 }

  public var fileExtension: String { "png" }

  /// The items in an image file or, recursively, in a folder of them.
  ///
  /// Every file is decoded once, on all cores, so that training does not end at a damaged one.
  /// PNG and JPEG files are read again for each item; IDX files stay in memory, up to 1 GiB of
  /// them. Hidden files and files that are no images by their names are passed over.
  ///
  /// - Throws: `StirError.Code.missingInput` when there is no image file, `.invalidData` when none
  ///   can be used.
  public func dataset(
    at url: URL, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> any DataSet {
    try ImageDataSet(index(at: url, progress: progress), configuration: configuration)
  }

  /// The image, never mirrored; of an IDX file the first.
  public func wholeItem(at url: URL) throws -> Item {
    var upright = configuration
    upright.flip = false
    return try ImageDataSet(index(at: url, progress: { _, _ in }), configuration: upright)
      .item(at: 0, seed: 0)
  }

  public func inspect(
    at url: URL, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> InspectionReport {
    try ImageInspection(index(at: url, progress: progress), configuration: configuration).report()
  }

  private func index(
    at url: URL, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> ImageIndex {
    try ImageIndex(at: url, wantsLabels: configuration.labels != .none, progress: progress)
  }

  /// Writes an item as a PNG file of 8 bits, grey or RGB; values beyond ±1 saturate.
  ///
  /// - Throws: `StirError.Code.unwritableOutput`; `.configuration` for another extension;
  ///   `.invalidData` for another shape or values that are not numbers.
  public func write(_ item: Item, to url: URL) throws {
    guard url.pathExtension.lowercased() == fileExtension else {
      throw StirError(
        .configuration, "cannot write \(url.path): expected a name that ends in .png")
    }
    try layout.requireAdmitted(item.shape)
    let (planes, size) = (configuration.channels, configuration.width * configuration.height)
    var pixels = [UInt8](repeating: 0, count: planes * size)
    for plane in 0..<planes {
      for position in 0..<size {
        let value = item.values[plane * size + position]
        guard value.isFinite else {
          let (row, column) = position.quotientAndRemainder(dividingBy: configuration.width)
          throw StirError(
            .invalidData,
            "cannot write \(url.path): the value in row \(row), column \(column) is not a number")
        }
        pixels[position * planes + plane] =
          UInt8(((min(max(value, -1), 1) + 1) * 127.5).rounded())
      }
    }
    try writeAtomically(try encodedPNG(pixels, for: url), to: url)
  }

  private func encodedPNG(_ pixels: [UInt8], for url: URL) throws -> Data {
    var message = [CChar](repeating: 0, count: Int(STIR_PNG_MESSAGE_LENGTH))
    var length = 0
    guard
      let file = stir_png_encode(
        pixels, UInt32(configuration.width), UInt32(configuration.height),
        UInt32(configuration.channels), &length, &message)
    else {
      let reason = String(
        decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw StirError(.unwritableOutput, "cannot write \(url.path): libpng says: \(reason)")
    }
    return Data(bytesNoCopy: file, count: length, deallocator: .free)
  }
}
