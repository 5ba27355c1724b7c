import ArgumentParser
import Core
import Foundation

@main
struct StirBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stir-bench",
    abstract: "Times this project's network against the same one in PyTorch.",
    subcommands: [Compare.self, Serve.self], defaultSubcommand: Compare.self)
}

struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Both sides in turn, then how our cost grows. Run from the project's folder.")

  @Option(help: "A Python with torch, numpy and safetensors.")
  var peer: String

  @Flag(help: "The main table alone, from fewer rounds.")
  var quick = false

  @Option(help: "Threads of each side (default: all cores).")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "Where all measurements go, as JSON.")
  var out = "bench.json"

  func validate() throws {
    guard (1...256).contains(threads) else {
      throw ValidationError("--threads is \(threads), expected 1 to 256")
    }
  }

  func run() throws {
    do { try compare() } catch let error as StirError {
      FileHandle.standardError.write(Data("stir-bench: \(error.description)\n".utf8))
      throw ExitCode(error.code.exitStatus)
    }
  }

  private func compare() throws {
    // A worker that is gone shall be an error, not the end of this process.
    signal(SIGPIPE, SIG_IGN)
    let recordings = URL(fileURLWithPath: "samples/audio/drums")
    let python = URL(fileURLWithPath: peer)
    guard FileManager.default.isExecutableFile(atPath: python.path) else {
      throw StirError(
        .missingInput, "there is no Python at \(peer). `make bench` makes one; PEER_PYTHON names it"
      )
    }
    let workers = Workers(python: python, threads: threads)
    var report = Report(threads: threads)
    try withTemporaryFolder { folder in
      let interruption = removing(folder, at: SIGINT)
      defer { interruption.cancel() }
      for size in [
        Size(width: 32, batch: 8, length: 8_192), Size(width: 64, batch: 4, length: 16_384),
      ] {
        say("\(size.name) …")
        let inputs = try Inputs(size, recordings: recordings, in: folder)
        report.duels.append(
          try Duel(size, rounds: quick ? 3 : 7, inputs, workers, peaks: &report.peaks))
      }
      print(report.text)
      if !quick {
        for precision in Precision.allCases {
          say("growth of the cost, \(precision.rawValue) …")
          report.growth += try growth(
            precision, threads: threads, recordings: recordings, in: folder)
        }
        print("\n" + growthTable(report.growth))
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    try writeAtomically(encoder.encode(report), to: URL(fileURLWithPath: out))
    print("\nevery measurement: \(out)")
  }

  /// Ctrl-C leaves no files; the workers end when this process does.
  private func removing(_ folder: URL, at number: Int32) -> any DispatchSourceSignal {
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler {
      try? FileManager.default.removeItem(at: folder)
      Foundation.exit(130)
    }
    source.resume()
    return source
  }

  private func say(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}
