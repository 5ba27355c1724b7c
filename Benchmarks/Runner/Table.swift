import Foundation

/// Text in columns: the first flush left, the others flush right.
struct Table {
  private var rows: [[String]]

  init(_ header: [String]) { rows = [header] }

  mutating func add(_ row: [String]) { rows.append(row) }

  var text: String {
    let columns = rows[0].indices
    let widths = columns.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      columns.map { column in
        let gap = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 ? row[column] + gap : gap + row[column]
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

func milliseconds(_ seconds: Double?) -> String { seconds.map { fixed($0 * 1e3, 1) } ?? "-" }

/// `1.62 ≥ 1.50`, or `1.32 < 1.50` where the requirement is missed; never rounded up to it.
func reached(_ value: Double, _ required: Double?) -> String {
  guard let required else { return fixed(value, 2) }
  let shown = fixed((value * 100).rounded(.down) / 100, 2)
  return "\(shown) \(value >= required ? "≥" : "<") \(fixed(required, 2))"
}

/// The table of what both sides reached.
func mainTable(_ duels: [Duel], peaks: [Precision: Peak]) -> String {
  var table = Table([
    "", "ours ms", "first", "PyTorch f32 ms", "first", "PyTorch bf16 ms", "first", "by f32",
    "by bf16", "GFLOP/s", "of peak",
  ])
  for duel in duels {
    table.add([duel.size.name] + Array(repeating: "", count: 10))
    for task in Task.allCases {
      for precision in Precision.allCases {
        table.add(row(duel, task, precision, peak: peaks[precision]?.samples.median))
      }
    }
    for precision in Precision.allCases { table.add(memoryRow(duel, precision)) }
  }
  return table.text
}

private func row(_ duel: Duel, _ task: Task, _ precision: Precision, peak: Double?) -> [String] {
  let width = duel.size.width
  let ours = duel[.ours, task, precision]
  let (float32, autocast) = (duel[.peer, task, .float32], duel[.peer, task, .bfloat16])
  func ratio(_ peer: Measurement?, _ required: Double?) -> String {
    guard let ours, let peer else { return required.map { "needs \(fixed($0, 2))" } ?? "-" }
    return reached(peer.median / ours.median, required)
  }
  let operations = task == .forward ? duel.forwardOperations : duel.trainingOperations
  let rate = ours.map { Double(operations) / $0.median }
  let share = rate.flatMap { rate in peak.map { rate / $0 } }
  let isAutocast = precision == .bfloat16
  return [
    "  \(task.name), \(precision.rawValue)", milliseconds(ours?.median), milliseconds(ours?.first),
    milliseconds(float32?.median), milliseconds(float32?.first),
    isAutocast ? milliseconds(autocast?.median) : "",
    isAutocast ? milliseconds(autocast?.first) : "",
    ratio(float32, Requirement.float32Ratio(task, precision, width: width)),
    isAutocast ? ratio(autocast, Requirement.autocastRatio(precision)) : "",
    rate.map { fixed($0 / 1e9, 1) } ?? "-",
    share.map { reached($0, Requirement.peakShare(task, precision, width: width)) } ?? "-",
  ]
}

private func memoryRow(_ duel: Duel, _ precision: Precision) -> [String] {
  func megabytes(_ bytes: Int?) -> String { bytes.map { "\($0 / 1_000_000) MB" } ?? "-" }
  let isAutocast = precision == .bfloat16
  let ours = duel[.ours, .train, precision]?.stepMemory
  let float32 = duel[.peer, .train, .float32]?.stepMemory
  let autocast = duel[.peer, .train, .bfloat16]?.stepMemory
  func share(_ peer: Int?, _ limit: Double?) -> String {
    guard let ours, let peer else { return limit.map { "needs \(fixed($0, 2))" } ?? "-" }
    let share = Double(ours) / Double(peer)
    guard let limit else { return fixed(share, 2) }
    let shown = fixed((share * 100).rounded(.up) / 100, 2)
    return "\(shown) \(share <= limit ? "≤" : ">") \(fixed(limit, 2))"
  }
  return [
    "  peak memory of the step, \(precision.rawValue)", megabytes(ours), "", megabytes(float32), "",
    isAutocast ? megabytes(autocast) : "", "",
    share(float32, isAutocast ? Requirement.memoryShare : nil),
    isAutocast ? share(autocast, nil) : "", "", "",
  ]
}
