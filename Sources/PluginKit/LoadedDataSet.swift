import CStirPlugin
import Foundation
import Modality

/// The items that a loaded plugin reads.
final class LoadedDataSet: DataSet, @unchecked Sendable {
  // The plugin's functions may be called from many threads; opening and closing happen once.
  let pointer: OpaquePointer
  let count: Int
  let labels: [String]
  let rejected: [RejectedInput]
  private let modality: ModalityHandle
  private let layout: Layout
  private let conditions: [Condition]

  init(
    _ handle: ModalityHandle, of modality: LoadedModality, at url: URL,
    progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws {
    let library = handle.library
    var pointer: OpaquePointer?
    try withProgress(progress) { progress in
      try library.call("open_data") {
        library.table.pointee.open_data(handle.pointer, url.path, progress, &pointer, $0)
      }
    }
    guard let pointer else {
      throw StirError(.invalidData, "open_data succeeded and gave no data")
    }
    do {
      let description: DataDescription = try library.json("describe_data") {
        library.table.pointee.describe_data(pointer, $0, $1)
      }
      guard description.count > 0 else {
        throw StirError(.invalidData, "open_data found no item in \(url.path) and gave no reason")
      }
      count = description.count
      labels = description.labels ?? []
      rejected = description.rejected ?? []
    } catch {
      library.table.pointee.close_data(pointer)
      throw error
    }
    self.pointer = pointer
    self.modality = handle
    layout = modality.layout
    conditions = modality.conditions
  }

  deinit { modality.library.table.pointee.close_data(pointer) }

  /// - Throws: `StirError.Code.wrongLayout` for an item that is not as the plugin's layout says.
  func item(at index: Int, seed: UInt64) throws -> Item {
    precondition((0..<count).contains(index), "item \(index) of \(count)")
    // Values that the plugin forgets to set are then not numbers.
    let values = GuardedBuffer(count: layout.count, filledWith: Float.nan)
    let beside = GuardedBuffer(
      count: conditions.reduce(0) { $0 + $1.count }, filledWith: Float.nan)
    var item = stir_item()
    let caption = try modality.library.elements("read_item", CChar(0), capacity: 1_024) {
      room, capacity, count, error in
      item = stir_item(shape: layout.shape)
      item.values = values.elements
      item.conditions = conditions.isEmpty ? nil : beside.elements
      item.caption = stir_text(data: room, capacity: capacity, count: 0)
      defer { count = item.caption.count }
      return modality.library.table.pointee.read_item(pointer, UInt64(index), seed, &item, error)
    }
    try values.requireIntact("value", after: "read_item")
    try beside.requireIntact("condition value", after: "read_item")
    guard item.shapeArray == layout.shape, item.label < labels.count else {
      throw StirError(
        .wrongLayout,
        "read_item gave item \(index) the shape \(item.shapeArray) and the label \(item.label); "
          + "the layout is \(layout.shape), and there are \(labels.count) labels")
    }
    var rest = beside.array()[...]
    return Item(
      shape: layout.shape, values: values.array(), scale: item.scale > 0 ? item.scale : nil,
      label: item.label < 0 ? nil : Int(item.label),
      caption: caption.isEmpty
        ? nil : String(decoding: caption.map(UInt8.init(bitPattern:)), as: UTF8.self),
      conditions: conditions.map { condition in
        defer { rest = rest.dropFirst(condition.count) }
        return Array(rest.prefix(condition.count))
      })
  }

  /// The source's name; what the plugin says wrongly is a source of its own.
  func source(of index: Int) -> String {
    let name = try? modality.library.text("source", capacity: 256) {
      modality.library.table.pointee.source(pointer, UInt64(index), $0, $1)
    }
    return name ?? "item \(index)"
  }
}

/// Lets a plugin report progress to `progress` while `body` runs, and throws what that throws.
func withProgress<Result>(
  _ progress: (_ done: Int, _ total: Int) throws -> Void,
  _ body: (UnsafePointer<stir_progress>) throws -> Result
) throws -> Result {
  try withoutActuallyEscaping(progress) { progress in
    let relay = Relay(progress)
    defer { relay.report = { _, _ in } }
    var table = stir_progress(
      report: { context, done, total in
        guard let context else { return 0 }
        let relay = Unmanaged<Relay>.fromOpaque(context).takeUnretainedValue()
        return relay.pass(Int(clamping: done), Int(clamping: total))
      }, context: Unmanaged.passUnretained(relay).toOpaque())
    do {
      let result = try body(&table)
      if let error = relay.error { throw error }
      return result
    } catch {
      throw relay.error ?? error
    }
  }
}

/// Keeps what a progress closure throws until the plugin's function has returned.
private final class Relay {
  var report: (Int, Int) throws -> Void
  private(set) var error: (any Error)?

  init(_ report: @escaping (Int, Int) throws -> Void) { self.report = report }

  func pass(_ done: Int, _ total: Int) -> Int32 {
    guard error == nil else { return 1 }
    do {
      try report(done, total)
      return 0
    } catch {
      self.error = error
      return 1
    }
  }
}
