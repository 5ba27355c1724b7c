import CStirPlugin
import Foundation
import Modality

/// What `plugin.json` says of the library beside it, so that a plugin can be listed, and a stale one
/// refused, without loading it.
public struct PluginManifest: Codable, Hashable, Sendable {
  public var identifier: String
  public var version: String
  /// The major and the minor version of `stir_plugin.h` that the library was built with.
  public var abi: [UInt32]
  /// What the data is, in one sentence.
  public var summary: String
  /// From the manifest's folder, without the system's `.so` or `.dylib`.
  public var library: String

  public init(
    identifier: String, version: String, abi: [UInt32], summary: String, library: String
  ) {
    self.identifier = identifier
    self.version = version
    self.abi = abi
    self.summary = summary
    self.library = library
  }

  public static let fileName = "plugin.json"
  /// The version that this host speaks.
  public static let hostABI = [STIR_ABI_MAJOR, STIR_ABI_MINOR]

  /// Reads the manifest of the plugin in `folder`.
  /// - Throws: `StirError.Code.missingInput` if there is none, `.invalidData` if it is not one.
  public init(inFolder folder: URL) throws {
    let url = folder.appendingPathComponent(Self.fileName)
    guard let data = FileManager.default.contents(atPath: url.path) else {
      throw StirError(
        .missingInput, "\(folder.path) holds no plugin: there is no \(Self.fileName) in it")
    }
    do {
      self = try JSONDecoder().decode(Self.self, from: data)
    } catch let error as DecodingError {
      throw StirError(.invalidData, "\(url.path): \(Self.fault(error))")
    }
    guard Self.isIdentifier(identifier) else {
      throw StirError(
        .invalidData,
        "\(url.path): \"\(identifier)\" is no identifier; expected a small letter, then small "
          + "letters, digits and hyphens")
    }
    guard abi.count == 2 else {
      throw StirError(
        .invalidData, "\(url.path): expected \"abi\": [major, minor], found \(abi)")
    }
  }

  /// - Throws: `StirError.Code.wrongVersion` unless this host loads plugins of that version.
  func requireHost(_ folder: URL) throws {
    try requireHostABI(major: abi[0], minor: abi[1], of: folder)
  }

  /// Where the library lies.
  func libraryURL(_ folder: URL) -> URL {
    #if canImport(Darwin)
      folder.appendingPathComponent(library + ".dylib")
    #else
      folder.appendingPathComponent(library + ".so")
    #endif
  }

  /// A small letter, then small letters, digits and hyphens.
  public static func isIdentifier(_ text: String) -> Bool {
    guard let first = text.utf8.first, (0x61...0x7A).contains(first) else { return false }
    return text.utf8.allSatisfy {
      (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
    }
  }

  private static func fault(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "\"\(key.stringValue)\" is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "\"\(context.codingPath.map(\.stringValue).joined(separator: "."))\" is of the wrong type"
    default: "is not JSON"
    }
  }
}

/// - Throws: `StirError.Code.wrongVersion` unless this host loads plugins of that version.
func requireHostABI(major: UInt32, minor: UInt32, of folder: URL) throws {
  guard major != STIR_ABI_MAJOR else { return }
  throw StirError(
    .wrongVersion,
    "\(folder.path) was built for version \(major).\(minor) of the plugin interface, this stir "
      + "speaks \(STIR_ABI_MAJOR).\(STIR_ABI_MINOR); build it again with the present stir_plugin.h")
}
