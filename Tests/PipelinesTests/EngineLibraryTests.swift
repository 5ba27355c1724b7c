import Foundation
import TestSupport
import Testing

/// libtorch comes with the first tensor, from a library beside the tool.
@Suite struct EngineLibraryTests {
  #if canImport(Darwin)
    private let name = "libStirEngine.dylib"
  #else
    private let name = "libStirEngine.so"
  #endif

  /// Makes the loader of Linux or of macOS name on stderr every library that it loads.
  private let loaderTalks = ["LD_DEBUG": "libs", "DYLD_PRINT_LIBRARIES": "1"]

  @Test(arguments: [
    ["--help"], ["--version"], ["help", "train"], ["plugins", "list"],
    ["plugins", "inspect", "audio"], ["inspect", drums.path],
  ])
  func noTensorNoLibtorch(arguments: [String]) throws {
    let run = try Stir.run(arguments, environment: loaderTalks)
    #expect(run.status == 0)
    #expect(run.errors.contains("libsndfile"), "the loader does not say what it loads")
    #expect(!run.errors.contains("torch"))
    #expect(try Stir.run(arguments, environment: ["STIR_ENGINE": "/nowhere"]).status == 0)
  }

  @Test func aTensorBringsLibtorch() throws {
    #expect(try Stir.run(["doctor"], environment: loaderTalks).errors.contains("libtorch"))
  }

  @Test(arguments: ["doctor", "generate model.safetensors --out", "train samples --out"])
  func missingEngineIsSaid(command: String) throws {
    let folder = try TemporaryFolder()
    let output = command.hasSuffix("--out") ? [folder["out"].path] : []
    let run = try Stir.run(
      command.split(separator: " ").map(String.init) + output,
      environment: ["STIR_ENGINE": "/nowhere/engine"])
    #expect(run.status == 69)
    for words in ["stir: cannot load the tensor engine, \(name): ", "/nowhere/engine", "names it"] {
      #expect(run.errors.contains(words), "\(run.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder["out"].path))
  }

  /// As installed: bin/stir and lib/libStirEngine, called through a link.
  @Test func engineIsFoundInTheLibFolderBesideBin() throws {
    let folder = try TemporaryFolder()
    let files = FileManager.default
    for made in ["bin", "lib", "links"] {
      try files.createDirectory(at: folder[made], withIntermediateDirectories: true)
    }
    try files.copyItem(at: Stir.tool.resolvingSymlinksInPath(), to: folder["bin/stir"])
    try files.createSymbolicLink(
      at: folder["links/stir"], withDestinationURL: folder["bin/stir"])
    let without = try Stir.run(["doctor"], tool: folder["links/stir"])
    #expect(without.status == 69)
    for words in ["bin/\(name)", "lib/\(name)", "make build"] {
      #expect(without.errors.contains(words), "\(without.errors)")
    }
    try files.createSymbolicLink(
      at: folder["lib/\(name)"],
      withDestinationURL: Stir.tool.deletingLastPathComponent().appendingPathComponent(name))
    let with = try Stir.run(["doctor"], tool: folder["links/stir"])
    #expect(with.output.contains("libtorch"), "\(with.errors)")
  }

  @Test(arguments: [
    ("int x;", "does not export stir_engine_entry"),
    (
      "static const unsigned long t[] = {999, 16}; const void *stir_engine_entry(void) { return t; }",
      "its table has version 999"
    ),
    (
      "static const unsigned long t[] = {1, 16}; const void *stir_engine_entry(void) { return t; }",
      "is of another build"
    ),
  ])
  func strangeEngineIsRefused(source: String, words: String) throws {
    let folder = try TemporaryFolder()
    try Data(source.utf8).write(to: folder["strange.c"])
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = [
      "clang", "-fPIC", "-shared", "-o", folder[name].path, folder["strange.c"].path,
    ]
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0)
    let run = try Stir.run(["doctor"], environment: ["STIR_ENGINE": folder[name].path])
    #expect(run.status == 69)
    #expect(run.errors.contains(words) && run.errors.contains(folder[name].path), "\(run.errors)")
  }
}
