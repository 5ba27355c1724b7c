import Audio
import Foundation

extension DenoisingEvaluation {
  /// The tables for people: each file, then all of them.
  public var text: String {
    ([fileTable, summaryTable] + (notes.isEmpty ? [] : [noteLines])).joined(separator: "\n\n")
  }

  private var fileTable: String {
    let head = ["noisy → estimate"] + measures.map(\.title)
    return table(
      [head]
        + rows.map { row in
          [row.name]
            + measures.map { measure in
              let (noisy, estimate) = (row.noisy[measure], row.estimate[measure])
              return "\(text(noisy, measure)) → \(text(estimate, measure))"
            }
        })
  }

  private var summaryTable: String {
    let parts: [(Row) -> SpeechQuality] = [\.noisy, \.estimate, \.gain]
    return table(
      [["mean ± standard deviation", "noisy", "estimate", "gain", "files"]]
        + measures.map { measure in
          let statistics = parts.map { statistic(measure, of: $0) }
          return [measure.title]
            + zip(statistics, ["", "", "+"]).map { text($0, measure, sign: $1) }
            + ["\(statistics[2]?.files ?? 0)"]
        })
  }

  private var noteLines: String {
    notes.map { note in
      switch note.files.count {
      case 0: note.text
      case 1: "\(note.text): \(note.files[0])"
      default: "\(note.text): \(note.files.count) files, such as \(note.files[0])"
      }
    }.map { "note: \($0)" }.joined(separator: "\n")
  }

  /// - Parameter sign: `+` shows one before positive numbers too.
  private func text(_ value: Double?, _ measure: SpeechMeasure, sign: String = "") -> String {
    value.map { String(format: "%\(sign).\(measure.digits)f", $0) } ?? "n/a"
  }

  private func text(_ statistic: Statistic?, _ measure: SpeechMeasure, sign: String) -> String {
    let mean = text(statistic?.mean, measure, sign: sign)
    guard let deviation = statistic?.standardDeviation else { return mean }
    return "\(mean) ± \(text(deviation, measure))"
  }
}

/// Rows of cells under a head, the first column set left, the others right.
private func table(_ rows: [[String]]) -> String {
  let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    zip(row, widths).enumerated().map { column, cell in
      let space = String(repeating: " ", count: cell.1 - cell.0.count)
      return column == 0 ? cell.0 + space : space + cell.0
    }.joined(separator: "  ")
  }.joined(separator: "\n")
}
