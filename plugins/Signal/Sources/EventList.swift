import Foundation
import Modality

/// Files that list events in a recording, such as heart beats, by sample number.
enum EventList {
  /// The events in the recording at `path`, from the CSV beside it: the numbers in its first
  /// column, from 0, with or without a heading.
  ///
  /// - Throws: `StirError.Code.invalidData` if there is no such file, or something in it is no
  ///   sample of the recording.
  static func samples(
    of path: String, in folder: String, suffix: String, frames: Int
  ) throws -> [Int] {
    let name = stem(path) + "_\(suffix).csv"
    let file: InputFile
    do { file = try InputFile(folder + "/" + name) } catch {
      throw malformed(
        "has no events: there is no \((name as NSString).lastPathComponent) beside it")
    }
    guard file.size > 0 else { return [] }
    var samples: [Int] = []
    var isFirst = true
    do {
      try TextSource.forEachRecord(in: file) { record in
        defer { isFirst = false }
        if record.isBlank { return }
        guard case .value(let value) = NumberText(record[0]) else {
          if isFirst { return }
          throw malformed("line \(record.line): \"\(record.string(0))\" is no sample number")
        }
        guard value >= 0, value < Double(frames), value == value.rounded() else {
          throw malformed(
            "line \(record.line): \(record.string(0)) is no sample of 0 to \(frames - 1)")
        }
        guard samples.count < 1 << 24 else { throw malformed("lists more than 2²⁴ events") }
        samples.append(Int(value))
      }
    } catch let error as StirError {
      throw StirError(error.code, "\((name as NSString).lastPathComponent) \(error.message)")
    }
    return samples.sorted()
  }

  /// Whether `path` is such a list, or another table about a recording, rather than a recording:
  /// `NAME_events.csv`, any `NAME_….csv` beside a `NAME.npy` or other file that is no text, and
  /// `metadata.csv`.
  static func isAnnotation(_ path: String, recordings: Set<String>, suffix: String) -> Bool {
    guard FileKind(path) == .text else { return false }
    let stem = stem(path)
    if stem == "metadata" || stem.hasSuffix("/metadata") { return true }
    if !suffix.isEmpty, stem.hasSuffix("_\(suffix)") { return true }
    let nameStart = stem.lastIndex(of: "/").map { stem.index(after: $0) } ?? stem.startIndex
    return stem[nameStart...].indices.contains { index in
      stem[index] == "_" && recordings.contains(String(stem[..<index]))
    }
  }

  /// A path without its extension, `.csv.gz` being one.
  static func stem(_ path: String) -> String {
    let path = path.lowercased().hasSuffix(".gz") ? String(path.dropLast(3)) : path
    return (path as NSString).deletingPathExtension
  }
}
