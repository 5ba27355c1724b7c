import Foundation
import PluginKit
import TestSupport
import Testing

/// Where plugins are looked for, and what their manifests must say.
@Suite struct SearchTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func manifest(_ name: String, _ changes: [String: String] = [:]) throws {
    let members = [
      "identifier": "\"\((name as NSString).lastPathComponent)\"", "version": "\"1\"",
      "abi": "[\(PluginManifest.hostABI[0]), \(PluginManifest.hostABI[1])]",
      "summary": "\"a kind\"", "library": "\"lib\"",
    ].merging(changes) { $1 }
    let text = members.filter { !$0.value.isEmpty }.map { "\"\($0.key)\": \($0.value)" }
    try makeFolder(folder[name])
    try Data("{\(text.joined(separator: ","))}".utf8).write(to: folder["\(name)/plugin.json"])
  }

  private func found(_ environment: [String: String]) -> [String] {
    PluginSearch.found(in: environment).map(\.folder.lastPathComponent)
  }

  @Test func foldersAreSearchedInOrder() throws {
    try manifest("one/b")
    try manifest("one/a")
    try manifest("two")
    try manifest("data/stir/plugins/c")
    try manifest("home/.local/share/stir/plugins/d")
    try makeFolder(folder["one/no-plugin"])
    let path = "\(folder["two"].path):\(folder["one"].path):/nowhere"
    let (data, home) = (folder["data"].path, folder["home"].path)
    #expect(
      found(["STIR_PLUGIN_PATH": path, "XDG_DATA_HOME": data, "HOME": home])
        == ["two", "a", "b", "c"])
    #expect(found(["HOME": home]) == ["d"])
    #expect(found(["XDG_DATA_HOME": "relative", "HOME": home]) == ["d"])
    #expect(found([:]).isEmpty)
  }

  /// The test's own folder is the current one: none of these paths may lead there.
  @Test func theCurrentFolderNeverCounts() throws {
    #expect(found(["STIR_PLUGIN_PATH": ".:relative::./", "XDG_DATA_HOME": "."]).isEmpty)
  }

  @Test(arguments: [
    ("identifier", "", "\"identifier\" is missing"), ("identifier", "\"Upper\"", "no identifier"),
    ("identifier", "7", "\"identifier\" is of the wrong type"), ("abi", "[1]", "[major, minor]"),
    ("abi", "\"1.0\"", "\"abi\" is of the wrong type"), ("library", "", "\"library\" is missing"),
    ("version", "}", "is not JSON"),
  ])
  func manifestsAreReadStrictly(key: String, value: String, words: String) throws {
    try manifest("p", [key: value])
    try expectError(.invalidData, containing: "plugin.json", words) {
      _ = try FoundPlugin(folder: folder["p"]).kind()
    }
  }

  @Test func whatIsMissingIsSaid() throws {
    try expectError(.missingInput, containing: "no plugin.json") {
      _ = try FoundPlugin(folder: folder["p"]).kind()
    }
    try manifest("q")
    let kind = try FoundPlugin(folder: folder["q"]).kind()
    #expect(kind.identifier == "q" && kind.version == "1" && kind.summary == "a kind")
    try expectError(.missingInput, containing: "build the plugin") { _ = try kind.make() }
  }

  @Test func otherMajorVersionsAreRefused() throws {
    try manifest("old", ["abi": "[0, 3]"])
    try expectError(.wrongVersion, containing: "0.3", "build it again") {
      _ = try FoundPlugin(folder: folder["old"]).kind()
    }
    try manifest("newer", ["abi": "[\(PluginManifest.hostABI[0]), 99]"])
    #expect(throws: Never.self) { try FoundPlugin(folder: folder["newer"]).kind() }
  }

  @Test func aFileThatIsNoLibraryIsASentence() throws {
    try manifest("text")
    #if canImport(Darwin)
      let library = "lib.dylib"
    #else
      let library = "lib.so"
    #endif
    try Data("not a library".utf8).write(to: folder["text/\(library)"])
    let kind = try FoundPlugin(folder: folder["text"]).kind()
    let error = try #require(throws: StirError.self) { _ = try kind.make() }
    #expect(error.code == .unavailable && error.message.contains("cannot load"))
  }
}
