import CStirPlugin
import Foundation
import Modality

// Items and results between Swift values and the buffers of `stir_plugin.h`.

/// The kinds of failure that a status can name.
enum Code {
  static let failure = StirError.Code("plugin failure", exitStatus: Int32(STIR_FAILURE))

  static func of(_ status: stir_status) -> StirError.Code {
    let known: [StirError.Code] = [
      .configuration, .invalidData, .missingInput, .unavailable, .unwritableOutput,
    ]
    return known.first { $0.exitStatus == status } ?? failure
  }
}

extension stir_error {
  /// The sentence, cut to fit between two characters.
  mutating func set(_ sentence: String) {
    withUnsafeMutableBytes(of: &message) { bytes in
      var cut = Array(sentence.utf8.prefix(bytes.count - 1))
      while !cut.isEmpty, String(validating: cut, as: UTF8.self) == nil { cut.removeLast() }
      bytes.copyBytes(from: cut + [0])
    }
  }

  /// What the plugin put there; the field itself if it forgot the zero byte.
  var sentence: String {
    withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

extension UnsafeMutablePointer<stir_text>? {
  func give(text: String) { self?.pointee.give(text) }

  func give(_ value: some Encodable) throws {
    give(text: try JSONValue(encoding: value).text())
  }
}

extension stir_text {
  mutating func give(_ text: String) {
    let bytes = Array(text.utf8)
    count = bytes.count
    guard count <= capacity, let data else { return }
    UnsafeMutableRawBufferPointer(start: data, count: count).copyBytes(from: bytes)
  }
}

extension stir_floats {
  mutating func give(_ values: [Float]) {
    count = values.count
    guard count <= capacity, let data else { return }
    data.update(from: values, count: count)
  }
}

extension stir_picture {
  mutating func give(_ picture: Picture) {
    (width, height) = (UInt32(picture.width), UInt32(picture.height))
    count = picture.pixels.count
    guard count <= capacity, let data else { return }
    data.update(from: picture.pixels, count: count)
  }
}

extension stir_item {
  /// The shape in Swift's terms.
  var shapeArray: [Int] {
    let (channels, first, second) = (Int(shape.0), Int(shape.1), Int(shape.2))
    return rank == 2 ? [channels, first, second] : [channels, first]
  }

  /// A shape without buffers.
  init(shape: [Int]) {
    self.init()
    rank = UInt32(shape.count - 1)
    self.shape = (
      UInt32(shape[0]), UInt32(shape[1]), shape.count > 2 ? UInt32(shape[2]) : 0
    )
    label = -1
  }

  /// Copies an item that was read into the host's buffers, which have room for the layout's shape.
  mutating func fill(with item: Item) throws {
    guard item.shape == shapeArray, let values else {
      throw StirError(
        .invalidData, "an item has the shape \(item.shape), its layout says \(shapeArray)")
    }
    values.update(from: item.values, count: item.values.count)
    if let conditions {
      let flat = item.conditions.flatMap { $0 }
      conditions.update(from: flat, count: flat.count)
    }
    scale = item.scale ?? 0
    label = item.label.flatMap { Int32(exactly: $0) } ?? -1
    caption.give(item.caption ?? "")
  }
}

extension Item {
  /// The item that the host passed to a function of `modality`.
  init(_ item: UnsafePointer<stir_item>?, of modality: any DataModality) throws {
    guard let item = item?.pointee, let values = item.values else { throw missing("an item") }
    let shape = item.shapeArray
    try modality.layout.requireAdmitted(shape)
    var conditions: [[Float]] = []
    if var next = item.conditions {
      for condition in modality.conditions {
        conditions.append(Array(UnsafeBufferPointer(start: next, count: condition.count)))
        next += condition.count
      }
    }
    let caption = item.caption.data.map {
      String(decoding: UnsafeRawBufferPointer(start: $0, count: item.caption.count), as: UTF8.self)
    }
    self.init(
      shape: shape,
      values: Array(UnsafeBufferPointer(start: values, count: shape.reduce(1, *))),
      scale: item.scale > 0 ? item.scale : nil, label: item.label < 0 ? nil : Int(item.label),
      caption: caption?.isEmpty == false ? caption : nil, conditions: conditions)
  }
}
