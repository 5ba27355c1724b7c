import Core
import Foundation
import Training

/// The record of a run: a line of JSON for each step and each held-out evaluation.
struct Metrics {
  /// One line of `metrics.jsonl`.
  struct Line: Codable {
    var step: Int
    var loss: Double?
    var gradientNorm: Double?
    var learningRate: Double?
    var skipped: Bool?
    var seconds: Double?
    var waiting: Double?
    /// √ᾱ of each held-out level, and the loss there.
    var heldOutNoiseLevels: [Double]?
    var heldOutLosses: [Double]?
    var heldOutLoss: Double?

    enum CodingKeys: String, CodingKey {
      case step, loss, skipped, seconds, waiting
      case gradientNorm = "gradient_norm"
      case learningRate = "learning_rate"
      case heldOutNoiseLevels = "held_out_noise_levels"
      case heldOutLosses = "held_out_losses"
      case heldOutLoss = "held_out_loss"
    }
  }

  /// (step, loss) of every step.
  private(set) var losses: [(x: Double, y: Double)] = []
  /// The lines of held-out evaluations.
  private(set) var evaluations: [Line] = []
  /// The latest hundred steps' lines.
  private(set) var recent: [Line] = []
  private let file: FileHandle
  private let url: URL

  /// Opens the record, keeping the lines up to `step` and dropping what a killed process wrote
  /// after its last checkpoint.
  init(_ url: URL, keepingUpTo step: Int) throws {
    self.url = url
    let decoder = JSONDecoder()
    var lines: [Line] = []
    let text = FileManager.default.contents(atPath: url.path) ?? Data()
    var kept = Data()
    for piece in text.split(separator: UInt8(ascii: "\n")) {
      guard let line = try? decoder.decode(Line.self, from: piece), line.step <= step else { break }
      lines.append(line)
      kept.append(piece + [UInt8(ascii: "\n")])
    }
    try writeAtomically(kept, to: url)
    guard let file = try? FileHandle(forWritingTo: url) else {
      throw StirError(.unwritableOutput, "cannot write \(url.path): \(lastSystemError())")
    }
    self.file = file
    try file.seekToEnd()
    lines.forEach { remember($0) }
  }

  mutating func append(_ report: Trainer.StepReport) throws {
    // JSON has no NaN: a skipped step's loss and norm are left out.
    try append(
      Line(
        step: report.step, loss: report.loss.finite, gradientNorm: report.gradientNorm.finite,
        learningRate: report.learningRate, skipped: report.skipped ? true : nil,
        seconds: report.seconds, waiting: report.waiting))
  }

  mutating func append(_ heldOut: HeldOutLoss, step: Int) throws {
    try append(
      Line(
        step: step, heldOutNoiseLevels: heldOut.noiseLevels, heldOutLosses: heldOut.losses,
        heldOutLoss: heldOut.mean))
  }

  /// The mean loss of the latest hundred steps.
  var meanLoss: Double? {
    let values = recent.compactMap(\.loss)
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// The share of the latest hundred steps that was spent waiting for data.
  var waitingShare: Double {
    let seconds = recent.compactMap(\.seconds).reduce(0, +)
    return seconds > 0 ? recent.compactMap(\.waiting).reduce(0, +) / seconds : 0
  }

  private mutating func remember(_ line: Line) {
    guard line.heldOutLoss == nil else { return evaluations.append(line) }
    if let loss = line.loss { losses.append((Double(line.step), loss)) }
    recent.append(line)
    if recent.count > 100 { recent.removeFirst() }
  }

  private mutating func append(_ line: Line) throws {
    remember(line)
    do {
      try file.write(contentsOf: Data(try JSONValue(encoding: line).text().utf8 + [10]))
    } catch {
      throw StirError(.unwritableOutput, "cannot write \(url.path): \(lastSystemError())")
    }
  }
}

extension Double {
  fileprivate var finite: Double? { isFinite ? self : nil }
}
