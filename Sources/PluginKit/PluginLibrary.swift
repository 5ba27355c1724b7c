import CStirPlugin
import Foundation
import Modality

/// A plugin's library in this process, and its table. It is never unloaded.
struct PluginLibrary: @unchecked Sendable {
  // The table is not written to once it is there.
  let table: UnsafePointer<stir_plugin>
  let folder: URL

  init(table: UnsafePointer<stir_plugin>, folder: URL) {
    (self.table, self.folder) = (table, folder)
  }

  /// Loads the library that `manifest` names, and makes sure that it is what the manifest says.
  /// - Throws: `StirError.Code.wrongVersion` for a library of another version of the interface,
  ///   `.unavailable` for one that cannot be loaded, `.invalidData` for one that is no plugin,
  ///   `.wrongManifest` for another one.
  init(_ manifest: PluginManifest, folder: URL) throws {
    try manifest.requireHost(folder)
    let url = manifest.libraryURL(folder)
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw StirError(
        .missingInput,
        "\(folder.path): its library \(manifest.library) is not there; build the plugin")
    }
    guard let library = dlopen(url.path, RTLD_NOW | RTLD_LOCAL) else {
      throw StirError(.unavailable, "cannot load the plugin: \(lastLoaderError())")
    }
    guard let symbol = dlsym(library, "stir_plugin_entry") else {
      throw StirError(
        .invalidData, "\(url.path) is no plugin: it does not export stir_plugin_entry")
    }
    typealias Entry = @convention(c) () -> UnsafePointer<stir_plugin>?
    guard let table = unsafeBitCast(symbol, to: Entry.self)() else {
      throw StirError(.invalidData, "\(url.path): stir_plugin_entry returned null")
    }
    self.init(table: table, folder: folder)
    try requireSound(url)
    try requireTruth(of: manifest)
  }

  /// Checks what may be read before anything else is believed.
  private func requireSound(_ url: URL) throws {
    guard table.pointee.magic == STIR_PLUGIN_MAGIC else {
      throw StirError(
        .invalidData, "\(url.path): its table does not begin with STIR_PLUGIN_MAGIC")
    }
    try requireHostABI(major: table.pointee.abi_major, minor: table.pointee.abi_minor, of: folder)
    guard table.pointee.struct_size >= MemoryLayout<stir_plugin>.size else {
      throw StirError(
        .wrongVersion,
        "\(url.path): its table has \(table.pointee.struct_size) bytes, version "
          + "\(STIR_ABI_MAJOR).0 has \(MemoryLayout<stir_plugin>.size)")
    }
    let plugin = table.pointee
    let required: [(String, Bool)] = [
      ("identifier", plugin.identifier != nil), ("version", plugin.version != nil),
      ("describe", plugin.describe != nil), ("open_modality", plugin.open_modality != nil),
      ("describe_modality", plugin.describe_modality != nil),
      ("close_modality", plugin.close_modality != nil), ("open_data", plugin.open_data != nil),
      ("describe_data", plugin.describe_data != nil), ("source", plugin.source != nil),
      ("read_item", plugin.read_item != nil), ("close_data", plugin.close_data != nil),
      ("write", plugin.write != nil),
    ]
    if let (name, _) = required.first(where: { !$0.1 }) {
      throw StirError(.invalidData, "\(url.path): its table has null for \(name)")
    }
  }

  private func requireTruth(of manifest: PluginManifest) throws {
    let plugin = table.pointee
    let claims: [(key: String, claimed: String, found: String)] = [
      ("identifier", manifest.identifier, String(cString: plugin.identifier)),
      ("version", manifest.version, String(cString: plugin.version)),
      ("abi", "\(manifest.abi)", "\([plugin.abi_major, plugin.abi_minor])"),
    ]
    for claim in claims where claim.claimed != claim.found {
      throw StirError(
        .wrongManifest,
        "\(folder.path): the manifest says \(claim.key) \(claim.claimed), the library says "
          + "\(claim.found); build the plugin again, or mend its \(PluginManifest.fileName)")
    }
  }

  // MARK: - Calls

  /// Calls a function of the table.
  /// - Throws: `StirError` with the plugin's sentence when it returns another status than STIR_OK.
  func call(
    _ function: String, _ body: (UnsafeMutablePointer<stir_error>) -> stir_status
  ) throws {
    var error = stir_error()
    let status = body(&error)
    guard status != STIR_OK else { return }
    let sentence = error.sentence
    throw StirError(
      Code.of(status),
      sentence.isEmpty
        ? "\(folder.lastPathComponent): \(function) failed with status \(status) and said nothing"
        : sentence)
  }

  /// The result of a function that gives elements of a number it decides itself.
  func elements<Element: BitwiseCopyable>(
    _ function: String, _ zero: Element, capacity: Int = 16_384,
    _ body: (
      _ room: UnsafeMutablePointer<Element>, _ capacity: Int, _ count: inout Int,
      _ error: UnsafeMutablePointer<stir_error>
    ) -> stir_status
  ) throws -> [Element] {
    var capacity = capacity
    for _ in 0..<2 {
      let buffer = GuardedBuffer(count: capacity, filledWith: zero)
      var count = 0
      try call(function) { body(buffer.elements, capacity, &count, $0) }
      try buffer.requireIntact("element", after: function)
      if count <= capacity { return buffer.array(count) }
      guard count <= 1 << 26 else {
        throw StirError(.invalidData, "\(function) wants room for \(count) elements")
      }
      capacity = count
    }
    throw StirError(
      .invalidData, "\(function) found \(capacity) elements of room too few after it asked for them"
    )
  }

  /// The text that a function gives.
  func text(
    _ function: String, capacity: Int = 16_384,
    _ body: (UnsafeMutablePointer<stir_text>, UnsafeMutablePointer<stir_error>) -> stir_status
  ) throws -> String {
    let bytes = try elements(function, CChar(0), capacity: capacity) {
      room, capacity, count, error in
      var text = stir_text(data: room, capacity: capacity, count: 0)
      defer { count = text.count }
      return body(&text, error)
    }
    return String(decoding: bytes.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The JSON that a function gives.
  func json<Value: Decodable>(
    _ function: String, as type: Value.Type = Value.self,
    _ body: (UnsafeMutablePointer<stir_text>, UnsafeMutablePointer<stir_error>) -> stir_status
  ) throws -> Value {
    let text = try text(function, body)
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch {
      throw StirError(
        .invalidData,
        "\(folder.lastPathComponent): what \(function) gave is not the JSON that stir_plugin.h "
          + "asks for: \(error)")
    }
  }
}

private func lastLoaderError() -> String {
  dlerror().map { String(cString: $0) } ?? "no reason given"
}
