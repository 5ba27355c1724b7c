import Foundation

/// All that was measured; what `bench.json` holds.
struct Report: Codable {
  var threads: Int
  var peaks: [Precision: Peak] = [:]
  var duels: [Duel] = []
  var growth: [Growth] = []

  init(threads: Int) {
    self.threads = threads
    for precision in Precision.allCases { peaks[precision] = Peak(precision) }
  }

  /// The main table with what has to be known about it.
  var text: String {
    var lines: [String] = []
    if let ours = duels.first?[.ours, .forward, .float32]?.version,
      let peer = duels.first?[.peer, .forward, .float32]?.version
    {
      lines.append("ours on libtorch \(ours), PyTorch \(peer), threads: \(threads)")
    }
    for precision in Precision.allCases {
      guard let peak = peaks[precision], let low = peak.samples.min(), let high = peak.samples.max()
      else { continue }
      lines.append(
        "peak \(precision.rawValue) (\(peak.instructions)): \(fixed(peak.samples.median / 1e9, 0)) "
          + "GFLOP/s, from \(fixed(low / 1e9, 0)) to \(fixed(high / 1e9, 0))")
      if peak.samples.median < 0.9 * high {
        lines.append("  other work took the processor meanwhile: measure again on a quiet machine")
      }
    }
    lines += ["", mainTable(duels, peaks: peaks), ""]
    for duel in duels { lines += duel.agreement }
    return lines.joined(separator: "\n")
  }
}

extension Duel {
  /// How far both sides compute the same, and what a step waits for.
  fileprivate var agreement: [String] {
    func list(_ values: [String: Double]) -> String {
      values.sorted { $0.key < $1.key }.map { "\($0.key) \(String(format: "%.1e", $0.value))" }
        .joined(separator: ", ")
    }
    var lines = [
      "\(size.name): \(fixed(Double(forwardOperations) / 1e9, 2)) GFLOP forward, "
        + "\(fixed(Double(trainingOperations) / 1e9, 2)) a training step",
      "  float32 outputs differ by at most \(String(format: "%.1e", outputDifference)) of the largest",
      "  outputs, relative RMS from PyTorch float32: \(list(outputRMS))",
      "  losses of \(Inputs.batchCount) steps, largest relative difference: \(list(lossDifference))",
    ]
    if let training = self[.ours, .train, .float32] {
      let (waited, all) = (training.waiting.reduce(0, +), training.seconds.reduce(0, +))
      lines.append(
        "  our training step waits for data \(fixed(100 * waited / all, 2)) % of its time")
    }
    return lines + (countDisagreement.map { ["  \($0)"] } ?? [])
  }
}
