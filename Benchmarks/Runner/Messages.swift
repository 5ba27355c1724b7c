import Foundation

/// What a worker is asked, one line of JSON. `Benchmarks/peer/serve.py` understands the same.
struct Request: Codable {
  enum Command: String, Codable { case load, step, status, count }

  var command: Command
  /// The folder of the model and its batches, see `Inputs`.
  var folder: String?
  var task: Task?
  var precision: Precision?
  var threads: Int?
  /// Where the output of a forward pass shall be written.
  var output: String?
}

enum Task: String, Codable, CaseIterable {
  case forward, train

  var name: String { self == .forward ? "forward" : "training step" }
}

/// What a worker answers, one line of JSON.
struct Reply: Codable {
  var error: String?
  var version: String?
  var seconds: Double?
  /// Seconds of them that a training step waited for its data.
  var waiting: Double?
  var loss: Double?
  /// Bytes in memory now, and at most so far.
  var memory: Int?
  var peakMemory: Int?
  /// Operations of one pass, and of the passes back.
  var forward: Int?
  var backward: Int?
}

/// The bytes of this process that were in memory at most so far.
func peakMemory() -> Int {
  #if canImport(Darwin)
    var usage = rusage()
    getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss
  #else
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let words = line?.split(whereSeparator: \.isWhitespace) ?? []
    return words.count > 1 ? (Int(words[1]) ?? 0) * 1_024 : 0
  #endif
}
