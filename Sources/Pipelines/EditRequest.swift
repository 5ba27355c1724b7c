import Core
import Diffusion
import Foundation
import Modality
import Tensors
import Training

/// What new items are made from, and how long they are, in a person's words.
public struct EditRequest: Sendable {
  /// The file that they are made from; noise alone when nil.
  public var initial: URL?
  /// In 0...1, how much of it is made anew: 0.6, or 1 around what is kept, when nil.
  public var strength: Double?
  /// What of the file stays: stretches as in ``Stretches``, or the path of a picture that is bright
  /// there. Nothing when nil.
  public var mask: String?
  /// How often each step is made around what stays, at least 1; 5 when nil.
  public var resamplings: Int?
  /// The extent of the last axis, such as `480000` or `30s`: when nil the file's, or the model's if
  /// that is more.
  public var length: String?

  public init(
    initial: URL? = nil, strength: Double? = nil, mask: String? = nil, resamplings: Int? = nil,
    length: String? = nil
  ) {
    self.initial = initial
    self.strength = strength
    self.mask = mask
    self.resamplings = resamplings
    self.length = length
  }
}

/// A request as a model can follow it.
struct PreparedEdit {
  /// Of the items to be made.
  var shape: [Int]
  /// Nil for items from noise alone.
  var edit: Edit?
  /// What the items' values are divided by when they are written, if the file says so.
  var scale: Float?
}

extension EditRequest {
  /// - Throws: what reading the file throws; `StirError.Code.configuration` for a length or a
  ///   stretch that does not fit.
  func prepared(for modality: any DataModality, device: Device) throws -> PreparedEdit {
    let layout = modality.layout
    let trained = layout.extents[layout.rank - 1]
    guard let initial else {
      return PreparedEdit(shape: try shape(least: trained, modality))
    }
    let item = try wholeItem(at: initial, modality)
    let extent = item.shape[layout.rank]
    let shape = try shape(least: max(extent, trained), modality)
    let strength = strength ?? (mask == nil ? 0.6 : 1)
    let isContinued = mask != nil && strength == 1
    let longest = max(extent, trained).rounded(up: layout.multiples[layout.rank - 1])
    guard isContinued || shape[layout.rank] <= longest else {
      throw StirError(
        .configuration,
        "--length \(length ?? "") is longer than \(initial.path), and after its end there is "
          + "nothing to vary; to have it continued, leave out --strength and say what stays, "
          + "such as --mask 0-")
    }
    func tensor(_ values: [Float], channels: Int) throws -> Tensor {
      let values = values.fitted(from: extent, to: shape[layout.rank])
      return try Tensor(values, shape: [1, channels] + shape.dropFirst()).to(device: device)
    }
    var edit = Edit(x0: try tensor(item.values, channels: layout.channels), strength: strength)
    edit.mask = try mask.map { try tensor(keeping($0, of: item, modality), channels: 1) }
    if mask != nil { edit.resamplings = resamplings ?? 5 }
    return PreparedEdit(shape: shape, edit: edit, scale: item.scale)
  }

  /// The file's item, whose extents are the layout's but for the last one.
  private func wholeItem(at url: URL, _ modality: any DataModality) throws -> Item {
    guard (try? url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) != true else {
      throw StirError(.configuration, "--init \(url.path): expected a file, found a folder")
    }
    let item = try modality.wholeItem(at: url)
    guard item.shape.dropLast() == modality.layout.shape.dropLast() else {
      throw StirError(
        .invalidData, "\(url.path) is \(item.shape), the model makes \(modality.layout.shape)")
    }
    return item
  }

  /// The layout's shape with the length asked for, or `least`, as the last extent; rounded up to
  /// what the modality can write.
  private func shape(least: Int, _ modality: any DataModality) throws -> [Int] {
    let layout = modality.layout
    let wanted = try located("--length") {
      try length.map { try position($0, rate: modality.positionsPerSecond) }
    }
    let multiple = layout.multiples[layout.rank - 1]
    let shape = Array(layout.shape.dropLast()) + [(wanted ?? least).rounded(up: multiple)]
    guard layout.admits(shape) else {
      let limit = layout.limits[layout.rank - 1]
      throw StirError(
        .configuration,
        "\(modality.identifier) items of this model have a length of "
          + (multiple == limit ? "\(limit)" : "1 to \(limit)")
          + ", found \(shape[layout.rank]); give another --length, or a shorter --init")
    }
    return shape
  }

  /// 1 where `item` stays, 0 elsewhere: a value for each position.
  private func keeping(
    _ mask: String, of item: Item, _ modality: any DataModality
  ) throws -> [Float] {
    let (rows, extent) = (item.shape.dropFirst().dropLast().reduce(1, *), item.shape.last ?? 1)
    if mask.allSatisfy({ "0123456789.s-,".contains($0) }) {
      let stretches = try located("--mask") {
        try Stretches(mask, extent: extent, rate: modality.positionsPerSecond)
      }
      return (0..<rows).flatMap { _ in stretches.mask }
    }
    guard modality.layout.rank == 2 else {
      throw StirError(
        .configuration,
        "--mask: expected stretches, such as 0s-0.5s,1.2s- in seconds or 0-4000 in samples, found "
          + "\"\(mask)\"")
    }
    let picture = try modality.wholeItem(at: URL(fileURLWithPath: mask))
    guard picture.shape == item.shape else {
      throw StirError(
        .invalidData, "\(mask) is \(picture.shape), and what it masks is \(item.shape)")
    }
    return (0..<(rows * extent)).map { position in
      let channels = stride(from: position, to: picture.values.count, by: rows * extent)
      return channels.reduce(0) { $0 + picture.values[$1] } > 0 ? 1 : 0
    }
  }
}

/// What `body` returns, or its error with `place` before its message.
func located<Result>(_ place: String, _ body: () throws -> Result) throws -> Result {
  do { return try body() } catch let error as StirError { throw error.located(place) }
}

extension Int {
  /// The least multiple of `multiple` that is not below this.
  fileprivate func rounded(up multiple: Int) -> Int { (self + multiple - 1) / multiple * multiple }
}

extension [Float] {
  /// Rows of `extent` values as rows of `other`: cut off, or continued with zeros.
  fileprivate func fitted(from extent: Int, to other: Int) -> [Float] {
    stride(from: 0, to: count, by: extent).flatMap { start in
      self[start..<(start + Swift.min(extent, other))]
        + repeatElement(0, count: Swift.max(0, other - extent))
    }
  }
}
