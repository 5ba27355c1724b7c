import CStirPlugin
import Foundation
import Modality

/// A modality whose code is a loaded plugin's.
struct LoadedModality: DataModality {
  let identifier: String
  let version: String
  let layout: Layout
  let conditions: [Condition]
  let fileExtension: String
  let tolerance: Float
  private let configuration: JSONValue
  private let handle: ModalityHandle

  init(_ library: PluginLibrary, configuration: JSONValue) throws {
    let handle = try ModalityHandle(library, configuration: configuration)
    let description: ModalityDescription = try library.json("describe_modality") {
      library.table.pointee.describe_modality(handle.pointer, $0, $1)
    }
    let layout = description.layout
    let conditions = description.conditions ?? []
    let fault = layout.fault.map { "layout \($0)" }
    if let fault = fault ?? conditions.lazy.compactMap(\.fault).first.map({ "condition \($0)" }) {
      throw StirError(.wrongLayout, "\(library.folder.lastPathComponent): its \(fault)")
    }
    identifier = String(cString: library.table.pointee.identifier)
    version = String(cString: library.table.pointee.version)
    self.layout = layout
    self.conditions = conditions
    fileExtension = description.fileExtension
    tolerance = description.tolerance
    self.configuration = description.configuration
    self.handle = handle
  }

  private var table: stir_plugin { handle.library.table.pointee }

  func configurationTree() -> JSONValue { configuration }

  func dataset(
    at url: URL, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> any DataSet {
    try LoadedDataSet(handle, of: self, at: url, progress: progress)
  }

  func fitted(to data: any DataSet) throws -> LoadedModality {
    guard let fit = table.fit, let data = data as? LoadedDataSet else { return self }
    let tree: JSONValue = try handle.library.json("fit") {
      fit(handle.pointer, data.pointer, $0, $1)
    }
    return try LoadedModality(handle.library, configuration: tree)
  }

  /// The plugin writes into a folder that nothing else has; the file is then renamed.
  func write(_ item: Item, to url: URL) throws {
    try writeAtomically(to: url) { (temporary: URL) in
      let staging = temporary.appendingPathExtension("folder")
      try makeFolder(staging)
      defer { try? FileManager.default.removeItem(at: staging) }
      let file = staging.appendingPathComponent(url.lastPathComponent)
      try lend(item, to: "write") { item in
        try handle.library.call("write") { table.write(handle.pointer, item, file.path, $0) }
      }
      guard rename(file.path, temporary.path) == 0 else {
        throw StirError(
          .unwritableOutput, "\(identifier) made no file for \(url.path): \(lastSystemError())")
      }
    }
  }

  func preview(_ item: Item) throws -> Picture {
    guard let preview = table.preview else { return try generalPreview(item) }
    var size = (width: 0, height: 0)
    let bytes = try lend(item, to: "preview") { item in
      try handle.library.elements("preview", UInt8(0), capacity: 4 << 20) {
        room, capacity, count, error in
        var picture = stir_picture(data: room, capacity: capacity, count: 0, width: 0, height: 0)
        defer { (count, size) = (picture.count, (Int(picture.width), Int(picture.height))) }
        return preview(handle.pointer, item, &picture, error)
      }
    }
    guard let picture = Picture(width: size.width, height: size.height, pixels: bytes) else {
      throw StirError(
        .invalidData,
        "preview gave \(bytes.count) bytes for a picture of \(size.width) × \(size.height) pixels")
    }
    return picture
  }

  func features(of item: Item) throws -> [Float] {
    guard let features = table.features else { return try generalFeatures(of: item) }
    return try lend(item, to: "features") { item in
      try handle.library.elements("features", Float(0)) { room, capacity, count, error in
        var result = stir_floats(data: room, capacity: capacity, count: 0)
        defer { count = result.count }
        return features(handle.pointer, item, &result, error)
      }
    }
  }

  func metrics(of made: [Item], against real: [Item]) throws -> [Metric] {
    guard let measure = table.measure else { return [] }
    let (made, real) = (made.map(LentItem.init), real.map(LentItem.init))
    let metrics: [Metric] = try handle.library.json("measure") { text, error in
      measure(
        handle.pointer, made.map(\.value), made.count, real.map(\.value), real.count, text, error)
    }
    for lent in made + real { try lent.requireIntact(after: "measure") }
    return metrics
  }

  func inspect(
    at url: URL, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> InspectionReport {
    guard let inspect = table.inspect else {
      return try generalInspection(at: url, progress: progress)
    }
    let description: InspectionDescription = try withProgress(progress) { progress in
      try handle.library.json("inspect") { inspect(handle.pointer, url.path, progress, $0, $1) }
    }
    return InspectionReport(text: description.text, json: description.report)
  }

  /// Calls `body`, which calls `function` with a copy of `item` that the plugin may read.
  private func lend<Result>(
    _ item: Item, to function: String, _ body: (UnsafePointer<stir_item>) throws -> Result
  ) throws -> Result {
    try layout.requireAdmitted(item.shape)
    let lent = LentItem(item)
    let result = try withUnsafePointer(to: lent.value, body)
    try lent.requireIntact(after: function)
    return result
  }
}

/// An item in memory that a plugin may read while this lives.
private final class LentItem {
  private(set) var value: stir_item
  private let values, conditions: GuardedBuffer<Float>
  private let caption: GuardedBuffer<CChar>

  init(_ item: Item) {
    values = GuardedBuffer(holding: item.values)
    conditions = GuardedBuffer(holding: item.conditions.flatMap { $0 })
    caption = GuardedBuffer(holding: item.caption.map { Array($0.utf8CString) } ?? [])
    value = stir_item(shape: item.shape)
    value.values = values.elements
    value.conditions = conditions.count > 0 ? conditions.elements : nil
    value.scale = item.scale ?? 0
    value.label = item.label.flatMap { Int32(exactly: $0) } ?? -1
    value.caption = stir_text(
      data: caption.elements, capacity: caption.count, count: max(0, caption.count - 1))
  }

  /// - Throws: `StirError.Code.bufferOverrun` if `function` wrote beside what it was to read.
  func requireIntact(after function: String) throws {
    try values.requireIntact("value", after: function)
    try conditions.requireIntact("condition value", after: function)
    try caption.requireIntact("caption byte", after: function)
  }
}

/// An open modality of a plugin's, closed with its last user.
final class ModalityHandle: @unchecked Sendable {
  // The plugin's functions may be called from many threads; opening and closing happen once.
  let library: PluginLibrary
  let pointer: OpaquePointer

  init(_ library: PluginLibrary, configuration: JSONValue) throws {
    let settings = try configuration.members.map { key, value in
      if case .string(let text) = value { return (strdup(key), strdup(text)) }
      return (strdup(key), strdup(try value.text()))
    }
    defer {
      for (key, value) in settings {
        free(key)
        free(value)
      }
    }
    let list = settings.map { stir_setting(key: $0.0, value: $0.1) }
    var pointer: OpaquePointer?
    try library.call("open_modality") {
      library.table.pointee.open_modality(library.table, list, list.count, &pointer, $0)
    }
    guard let pointer else {
      throw StirError(.invalidData, "open_modality succeeded and gave no modality")
    }
    (self.library, self.pointer) = (library, pointer)
  }

  deinit { library.table.pointee.close_modality(pointer) }
}
