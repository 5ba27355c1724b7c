import Audio
import Core

extension DenoisingEvaluation {
  /// Rows, statistics and notes; what is missing is null.
  public var json: JSONValue {
    .object([
      "task": .string("denoise"),
      "files": .array(rows.map(json)),
      "summary": .object([
        "noisy": summary(of: \.noisy), "estimate": summary(of: \.estimate),
        "gain": summary(of: \.gain),
      ]),
      "notes": .array(
        notes.map { note in
          .object(["note": .string(note.text), "files": .array(note.files.map { .string($0) })])
        }),
    ])
  }

  private func json(_ row: Row) -> JSONValue {
    .object([
      "name": .string(row.name), "noisy": json(row.noisy), "estimate": json(row.estimate),
      "gain": json(row.gain),
    ])
  }

  private func json(_ quality: SpeechQuality) -> JSONValue {
    byMeasure { number(quality[$0]) }
  }

  private func summary(of part: (Row) -> SpeechQuality) -> JSONValue {
    byMeasure { measure in
      let statistic = statistic(measure, of: part)
      return .object([
        "mean": number(statistic?.mean),
        "standard_deviation": number(statistic?.standardDeviation),
        "files": .integer(statistic?.files ?? 0),
      ])
    }
  }

  private func byMeasure(_ value: (SpeechMeasure) -> JSONValue) -> JSONValue {
    .object(Dictionary(uniqueKeysWithValues: measures.map { ($0.rawValue, value($0)) }))
  }

  private func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
}
