import Core
import Foundation

/// A process that computes one side: it answers requests, one at a time, until it is let go.
final class Worker {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let name: String
  private var unread = Data()

  init(_ name: String, _ executable: URL, _ arguments: [String]) throws {
    self.name = name
    process.executableURL = executable
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    do { try process.run() } catch {
      throw StirError(.unavailable, "cannot start \(name), \(executable.path): \(error)")
    }
  }

  // Its input ends, and so does it.
  deinit { stop() }

  func ask(_ request: Request) throws -> Reply {
    let line = try JSONEncoder().encode(request) + Data("\n".utf8)
    // A process that is gone may have said why before.
    try? input.fileHandleForWriting.write(contentsOf: line)
    guard let answer = try readLine(),
      let reply = try? JSONDecoder().decode(Reply.self, from: answer)
    else {
      stop()
      throw StirError(
        .engine,
        "\(name) ended with status \(process.terminationStatus) and no answer; what it said is above"
      )
    }
    if let error = reply.error { throw StirError(.unavailable, "\(name): \(error)") }
    return reply
  }

  private func readLine() throws -> Data? {
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        defer { unread = Data(unread[(end + 1)...]) }
        return Data(unread[..<end])
      }
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else { return nil }
      unread += more
    }
  }

  private func stop() {
    try? input.fileHandleForWriting.close()
    // Only a process that hangs is still there after its present answer.
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
  }
}

/// Starts the processes of both sides.
struct Workers {
  let python: URL
  let threads: Int

  enum Side: String, Codable { case ours, peer }

  func make(_ side: Side) throws -> Worker {
    switch side {
    case .ours:
      let executable = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
      return try Worker("stir-bench serve", executable, ["serve"])
    case .peer:
      return try Worker("PyTorch", python, ["-B", "-u", "Benchmarks/peer/serve.py"])
    }
  }
}
