import Core
import Foundation
import Tensors

/// Both sides at one size, step by step in turn.
struct Duel: Codable {
  var size: Size
  var forwardOperations: Int
  var trainingOperations: Int
  var measurements: [Measurement] = []
  /// The largest difference of the float32 outputs, by PyTorch's largest value.
  var outputDifference = 0.0
  /// The root mean square of the difference from PyTorch's float32 output, by that output's own.
  var outputRMS: [String: Double] = [:]
  /// The largest relative difference of the first steps' losses from PyTorch's in float32.
  var lossDifference: [String: Double] = [:]
  /// Where the two sides do not count the same operations.
  var countDisagreement: String?

  /// - Parameters:
  ///   - rounds: the timed steps of each side.
  ///   - peaks: the processor's peak, measured after each round.
  init(
    _ size: Size, rounds: Int, _ inputs: Inputs, _ workers: Workers, peaks: inout [Precision: Peak]
  ) throws {
    self.size = size
    let operations = Operations(size.network, batch: size.batch, length: size.length)
    (forwardOperations, trainingOperations) = (operations.forward, operations.training)
    for task in Task.allCases {
      var contenders: [Contender] = []
      for precision in Precision.allCases {
        for side in [Workers.Side.ours, .peer] {
          contenders.append(try Contender(side, precision, task, inputs, workers))
        }
      }
      for round in 0..<(Measurement.warmups + rounds) {
        for contender in contenders {
          let isCompared = round == 0 && task == .forward
          try contender.step(writing: isCompared ? contender.output(in: inputs) : nil)
        }
        for precision in Precision.allCases {
          peaks[precision]?.measure(precision, threads: workers.threads)
        }
      }
      for contender in contenders { try contender.measureMemory() }
      let reference = contenders.first { $0.side == .peer && $0.precision == .float32 }
      guard let reference else { continue }
      let others = contenders.filter { $0 !== reference }
      if task == .forward {
        try compareOutputs(others, with: reference, inputs)
        countDisagreement = operations.disagreement(with: try reference.count())
      } else {
        for other in others {
          lossDifference[other.name] = zip(other.result.losses, reference.result.losses)
            .prefix(Inputs.batchCount).map { abs($0 - $1) / $1 }.max()
        }
      }
      measurements += contenders.map(\.result)
    }
  }

  private mutating func compareOutputs(
    _ others: [Contender], with reference: Contender, _ inputs: Inputs
  ) throws {
    let expected = try reference.readOutput(in: inputs)
    let largest = expected.map(abs).max() ?? 0
    for other in others {
      let differences = zip(try other.readOutput(in: inputs), expected).map { $0 - $1 }
      outputRMS[other.name] = rms(differences) / rms(expected)
      if other.side == .ours, other.precision == .float32 {
        outputDifference = (differences.map(abs).max() ?? 0) / largest
      }
    }
  }

  subscript(side: Workers.Side, task: Task, precision: Precision) -> Measurement? {
    measurements.first { $0.side == side && $0.task == task && $0.precision == precision }
  }
}

private func rms(_ values: [Double]) -> Double {
  (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
}

extension Contender {
  fileprivate var name: String { "\(side.rawValue) \(precision.rawValue)" }

  fileprivate func output(in inputs: Inputs) -> URL {
    inputs.folder.appendingPathComponent("\(name).safetensors")
  }

  fileprivate func readOutput(in inputs: Inputs) throws -> [Double] {
    guard let tensor = try SafeTensors(contentsOf: output(in: inputs)).tensors["output"] else {
      throw StirError(.invalidData, "\(output(in: inputs).path) holds no output")
    }
    return try tensor.doubles()
  }
}
