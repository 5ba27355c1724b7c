import Foundation
import Modality

/// A process that was run to its end, or to the end of its time.
struct ChildProcess {
  /// What became of it in a word or two: `crash`, `hang`, `exception`, `exit`.
  let fault: String
  /// The same for a person, with the first line that it said.
  let sentence: String

  /// - Parameters:
  ///   - timeLimit: in seconds; a process that takes longer is killed.
  ///   - folder: for what it says and for its temporary files.
  init(
    _ executable: URL, _ arguments: [String], timeLimit: Double, folder: URL
  ) throws {
    let said = folder.appendingPathComponent("stderr.txt")
    try Data().write(to: said)
    let errors = try FileHandle(forWritingTo: said)
    defer { try? errors.close() }
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    var environment = ProcessInfo.processInfo.environment
    environment["TMPDIR"] = folder.path
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do { try process.run() } catch {
      throw StirError(.unavailable, "cannot start \(executable.path): \(error)")
    }
    let isLate = ended.wait(timeout: .now() + timeLimit) == .timedOut
    if isLate {
      kill(process.processIdentifier, SIGKILL)
      ended.wait()
    }
    let lines = String(decoding: (try? Data(contentsOf: said)) ?? Data(), as: UTF8.self)
      .split(separator: "\n")
    // C++ runtimes say so before they abort.
    let thrown = lines.first {
      $0.contains("terminate called") || $0.contains("terminating due to")
    }
    let first = lines.first.map { ": \($0.prefix(300))" } ?? ""
    let status = process.terminationStatus
    (fault, sentence) =
      if isLate {
        ("hang", "no end after \(timeLimit) s, and was killed")
      } else if let thrown {
        ("exception", "an exception left a function of the plugin: \(thrown.prefix(300))")
      } else if process.terminationReason == .uncaughtSignal {
        (
          "crash",
          "the process ended by signal \(status), \(String(cString: strsignal(status)))\(first)"
        )
      } else {
        ("exit", "the process ended with status \(status) before the check was done\(first)")
      }
  }
}
