import Core
import Foundation
import Peak

/// One side in one precision, with all that was measured of it.
final class Contender {
  let side: Workers.Side
  let precision: Precision
  private let worker: Worker
  private(set) var result = Measurement()

  init(
    _ side: Workers.Side, _ precision: Precision, _ task: Task, _ inputs: Inputs, _ workers: Workers
  ) throws {
    (self.side, self.precision) = (side, precision)
    worker = try workers.make(side)
    let reply = try worker.ask(
      Request(
        command: .load, folder: inputs.folder.path, task: task, precision: precision,
        threads: workers.threads))
    result.side = side
    result.precision = precision
    result.task = task
    result.version = reply.version ?? ""
    result.memoryBefore = reply.memory ?? 0
  }

  /// Does it once; the output of a forward pass goes to `output`.
  func step(writing output: URL? = nil) throws {
    let reply = try worker.ask(Request(command: .step, output: output?.path))
    result.seconds.append(reply.seconds ?? 0)
    if let loss = reply.loss { result.losses.append(loss) }
    if let waiting = reply.waiting { result.waiting.append(waiting) }
  }

  func measureMemory() throws {
    result.peakMemory = try worker.ask(Request(command: .status)).peakMemory ?? 0
  }

  func count() throws -> Reply { try worker.ask(Request(command: .count)) }
}

struct Measurement: Codable {
  /// Steps that are not counted: the first and two more.
  static let warmups = 3

  var side = Workers.Side.ours
  var precision = Precision.float32
  var task = Task.forward
  var version = ""
  /// Of every step, warm-ups first.
  var seconds: [Double] = []
  var waiting: [Double] = []
  var losses: [Double] = []
  /// Bytes in memory with the network loaded and nothing done, and at most.
  var memoryBefore = 0
  var peakMemory = 0

  var median: Double { seconds.dropFirst(Measurement.warmups).median }
  /// What the first step took.
  var first: Double { seconds.first ?? 0 }
  /// Bytes that the steps needed beyond the loaded network.
  var stepMemory: Int { max(0, peakMemory - memoryBefore) }
}

/// What the processor can reach, measured again and again while the others are measured.
struct Peak: Codable {
  var instructions: String
  /// Operations a second.
  var samples: [Double] = []

  init?(_ precision: Precision) {
    guard let name = peak_name(precision.peakKind) else { return nil }
    instructions = String(cString: name)
  }

  mutating func measure(_ precision: Precision, threads: Int) {
    samples.append(peak_measure(precision.peakKind, Int32(threads), 0.03))
  }
}

extension Precision {
  fileprivate var peakKind: peak_kind { self == .float32 ? PEAK_FLOAT32 : PEAK_BFLOAT16 }
}

extension Collection<Double> {
  var median: Double {
    let sorted = sorted()
    guard !sorted.isEmpty else { return .nan }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
