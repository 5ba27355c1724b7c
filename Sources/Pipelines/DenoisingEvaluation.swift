import Audio
import Core
import Foundation
import Modality

/// How good a denoiser's output is against the clean truth, beside how good its input was: for each
/// file and over all of them. docs/denoising-metrics.md defines the measures.
public struct DenoisingEvaluation: Sendable {
  /// One recording; of several channels each is measured and the mean taken.
  public struct Row: Sendable {
    public var name: String
    public var noisy: SpeechQuality
    public var estimate: SpeechQuality
    /// `estimate` less `noisy`.
    public var gain: SpeechQuality { estimate - noisy }
  }

  /// A measure over the files that have it.
  public struct Statistic: Sendable {
    public var mean: Double
    /// Of the sample (n − 1); nil of one file.
    public var standardDeviation: Double?
    public var files: Int
  }

  /// Something that a reader of the figures should know, and the files that it holds for.
  public struct Note: Sendable {
    public var text: String
    public var files: [String]
  }

  /// Sorted by name.
  public let rows: [Row]
  /// What was measured; ``SpeechMeasure/pesq`` only where it is installed.
  public let measures: [SpeechMeasure]
  public let notes: [Note]

  /// Measures three files, or all files of the folder `clean` with those of the same path, whatever
  /// its extension, in the other two. One triple a core is in memory.
  ///
  /// Recordings of another rate than the clean one are converted to it. Silent clean recordings are
  /// left out, and noted as is what else is out of the ordinary.
  ///
  /// - Throws: `StirError.Code.missingInput` for what is not there and for a clean file without its
  ///   partners; `.invalidData` for what is no sound, of another length or of other channels than
  ///   the clean file, and if all clean files are silent; `.configuration` for files beside folders.
  public init(clean: URL, noisy: URL, estimate: URL) throws {
    let (triples, leftOver) = try SoundTriple.at(clean: clean, noisy: noisy, estimate: estimate)
    let pesq = try PESQ()
    let measured = try concurrentMap(triples.count) { try Measured(triples[$0], pesq: pesq) }
    rows = measured.compactMap(\.row)
    guard !rows.isEmpty else {
      throw StirError(
        .invalidData,
        "\(clean.path): \(counted(triples.count, "clean recording")), and all are silent; nothing "
          + "can be measured against silence")
    }
    measures = SpeechMeasure.allCases.filter { $0 != .pesq || pesq != nil }
    let remarks =
      leftOver
      + zip(triples, measured).flatMap { triple, measured in
        measured.remarks.map { (text: $0, file: triple.name) }
      }
    notes =
      (pesq == nil ? [Note(text: PESQ.advice, files: [])] : []) + Self.grouped(remarks)
  }

  /// A measure over all rows, of the part that `quality` picks; nil if no row has it.
  public func statistic(
    _ measure: SpeechMeasure, of quality: (Row) -> SpeechQuality
  ) -> Statistic? {
    let values = rows.compactMap { quality($0)[measure] }
    guard !values.isEmpty else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) }
    return Statistic(
      mean: mean,
      standardDeviation: values.count > 1
        ? (squares / Double(values.count - 1)).squareRoot() : nil,
      files: values.count)
  }

  /// One note of each text, in the order of their first files.
  private static func grouped(_ remarks: [(text: String, file: String)]) -> [Note] {
    var notes: [Note] = []
    var places: [String: Int] = [:]
    for (text, file) in remarks {
      if let place = places[text] {
        notes[place].files.append(file)
      } else {
        places[text] = notes.count
        notes.append(Note(text: text, files: [file]))
      }
    }
    return notes
  }
}
