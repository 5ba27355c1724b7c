import ArgumentParser
import Foundation
import Tensors

/// Where and how wide to compute: options that every computing command has.
struct EngineOptions: ParsableArguments {
  @Option(help: "Where to compute: cpu, cuda, cuda:INDEX or mps.")
  var device = "cpu"

  @Option(help: ArgumentHelp("Threads of one operation (default: all cores).", valueName: "count"))
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads is \(threads), expected 1 to 1024")
    }
  }

  /// Readies the engine and returns the device.
  func start() throws -> Device {
    try Engine.start(threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
    return try Device(named: device)
  }
}
