import Core
import Foundation
import TestSupport
import Testing

/// The root of the package.
let root = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// Recordings that come with the package.
let drums = root.appendingPathComponent("samples/audio/drums")

/// A run of the built `stir`.
struct Stir {
  var status: Int32
  var output: String
  var errors: String

  /// The tool, beside the test bundle that is running.
  static let tool = URL(fileURLWithPath: CommandLine.arguments[0])
    .deletingLastPathComponent().appendingPathComponent("stir")

  /// Runs the tool to its end.
  static func run(_ arguments: String...) throws -> Stir { try run(arguments) }

  static func run(
    _ arguments: [String], tool: URL = tool, environment: [String: String] = [:]
  ) throws -> Stir {
    try Running(arguments, tool: tool, environment: environment).finish()
  }

  /// The tool at work, to be watched and signalled.
  final class Running {
    private let process = Process()
    private let output = Pipe()
    private let errors = Pipe()
    private var seen = ""

    /// - Parameter environment: what is set besides the environment of this process.
    init(
      _ arguments: [String], tool: URL = Stir.tool, environment: [String: String] = [:]
    ) throws {
      process.executableURL = tool
      process.arguments = arguments
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = output
      process.standardError = errors
      try process.run()
    }

    var identifier: Int32 { process.processIdentifier }

    /// Blocks until a line with `words` has come on stderr; false if the tool ended first.
    func waitForLine(containing words: String) -> Bool {
      while !seen.contains(words) {
        let piece = errors.fileHandleForReading.availableData
        if piece.isEmpty { return false }
        seen += String(decoding: piece, as: UTF8.self)
      }
      return true
    }

    func finish() -> Stir {
      // stderr to its end first: stdout of these commands fits the pipe.
      seen += String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      let text = String(
        decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return Stir(status: process.terminationStatus, output: text, errors: seen)
    }
  }
}

/// Arguments that make a training take milliseconds for each step.
let tinySettings = [
  "data.sample_rate=8000", "data.length=1024", "network.width=8",
  "network.channel_multipliers=[1, 2]", "network.down_factors=[4]", "network.blocks_per_level=1",
  "network.attention_levels=[1]", "network.patch=2", "training.train_batch_size=2",
  "training.lr_warmup_steps=2", "sampling.num_inference_steps=3", "training.sample_every=0",
].flatMap { ["--set", $0] }

/// `stir train` of a tiny model on the drums.
func tinyTraining(out: URL, steps: Int, _ more: [String] = []) -> [String] {
  ["train", drums.path, "--out", out.path, "--steps", "\(steps)"] + tinySettings + more
}

/// A built variant of `Tests/Fixtures/plugins/broken.cpp` with its manifest, in a folder of its own.
func builtPlugin(
  _ fault: String = "NOTHING", abi: String = "[1, 0]", version: String = "1"
) throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  let manifest = """
    {"identifier": "broken", "version": "\(version)", "abi": \(abi), "summary": "64 floats",
     "library": "libbroken"}
    """
  try Data(manifest.utf8).write(to: folder["plugin.json"])
  #if canImport(Darwin)
    let library = folder["libbroken.dylib"].path
  #else
    let library = folder["libbroken.so"].path
  #endif
  let compiler = Process()
  compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  compiler.arguments = [
    "clang++", "-std=c++20", "-O0", "-DBREAK=\(fault)", "-DENCODING=\"\(version)\"", "-fPIC",
    "-shared", "-I", root.appendingPathComponent("Sources/CStirPlugin/include").path,
    "-o", library, root.appendingPathComponent("Tests/Fixtures/plugins/broken.cpp").path,
  ]
  try compiler.run()
  compiler.waitUntilExit()
  try #require(compiler.terminationStatus == 0)
  return folder
}
