import CTorch
import Core
import Foundation

/// The engine's functions. The first use loads its library; where that fails, the program ends with
/// the sentence that `Engine.start` would have thrown.
let ct: ct_engine = {
  do { return try EngineLibrary.loaded.get().pointee } catch { fatalError("\(error)") }
}()

/// The library behind `ct`, in which alone libtorch is linked: what needs no tensor starts without it.
enum EngineLibrary {
  #if canImport(Darwin)
    static let fileName = "libStirEngine.dylib"
  #else
    static let fileName = "libStirEngine.so"
  #endif

  /// The table, or why there is none (`.unavailable`).
  nonisolated(unsafe) static let loaded = Result<UnsafePointer<ct_engine>, StirError> {
    () throws(StirError) in
    shortenWaits()
    return try load()
  }

  /// The library that `STIR_ENGINE` names; without it, the one that is linked, or else lies beside
  /// this code or in a `lib` folder next to that.
  private static func load() throws(StirError) -> UnsafePointer<ct_engine> {
    let named = ProcessInfo.processInfo.environment["STIR_ENGINE"].flatMap { $0.isEmpty ? nil : $0 }
    if named == nil, let entry = dlsym(dlopen(nil, RTLD_NOW), CT_ENGINE_ENTRY) {
      return try table(of: entry, in: "the engine that this program is linked with")
    }
    var failures: [String] = []
    for path in named.map({ [$0] }) ?? folders().map({ "\($0)/\(fileName)" }) {
      if let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) {
        guard let entry = dlsym(library, CT_ENGINE_ENTRY) else {
          throw StirError(
            .unavailable, "\(path) is no tensor engine: it does not export \(CT_ENGINE_ENTRY)")
        }
        return try table(of: entry, in: path)
      }
      failures.append(dlerror().map { String(cString: $0) } ?? "\(path): no reason given")
    }
    throw StirError(
      .unavailable,
      "cannot load the tensor engine, \(fileName): \(failures.joined(separator: "; ")). "
        + (named == nil
          ? "`make build` builds it beside the tool; STIR_ENGINE=/path/to/\(fileName) names another"
          : "STIR_ENGINE names it; without that, it is looked for beside the tool"))
  }

  /// - Throws: `.unavailable` for a table that this code was not built for.
  private static func table(
    of entry: UnsafeMutableRawPointer, in place: String
  ) throws(StirError) -> UnsafePointer<ct_engine> {
    let table = unsafeBitCast(entry, to: ct_engine_entry.self)()
    // Nothing else may be read of a table of another version.
    let version = UnsafeRawPointer(table).load(as: UInt32.self)
    guard version == CT_ENGINE_VERSION, table.pointee.size == MemoryLayout<ct_engine>.size else {
      throw StirError(
        .unavailable,
        "\(place) is of another build: its table has version \(version), expected "
          + "\(CT_ENGINE_VERSION) with \(MemoryLayout<ct_engine>.size) bytes. `make build` builds "
          + "tool and engine together")
    }
    return table
  }

  /// Where the library may lie: the folders of the binary that holds this code and of the program
  /// (a plugin or a bundle of tests is not the program), each before its `../lib`.
  private static func folders() -> [String] {
    var binaries: [URL] = []
    if let path = ct_binary().map({ String(cString: $0) }), path.contains("/") {
      binaries.append(URL(fileURLWithPath: path))
    }
    if let program = Bundle.main.executableURL { binaries.append(program) }
    var folders: [String] = []
    for binary in binaries {
      var folder = binary.resolvingSymlinksInPath().deletingLastPathComponent()
      // A macOS bundle: NAME.xctest/Contents/MacOS.
      if folder.lastPathComponent == "MacOS" {
        folder = folder.appendingPathComponent("../../..").standardizedFileURL
      }
      let library = folder.deletingLastPathComponent().appendingPathComponent("lib")
      folders += [folder.path, library.path].filter { !folders.contains($0) }
    }
    return folders
  }

  /// Lets a thread that waits for another one spin for some 50 µs and then sleep, unless the user has
  /// said otherwise: libgomp's own answer is milliseconds, in which two trainings on the same cores
  /// keep each other from work. Other OpenMP libraries do not read it; libgomp does when it is loaded.
  private static func shortenWaits() {
    if getenv("OMP_WAIT_POLICY") == nil { setenv("GOMP_SPINCOUNT", "1000", 0) }
  }
}
