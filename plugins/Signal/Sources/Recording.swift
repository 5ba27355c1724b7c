import Foundation
import Modality

/// What is known of one file of samples, which stay on disk.
struct Recording: Sendable {
  /// Relative to the folder.
  var path: String
  /// In bytes; with `modified`, tells whether the file is still the one that was looked at.
  var size: Int
  var modified: Int
  var table: SampleTable
  /// The columns of `table` that are channels, then conditions, then events if it has them.
  var columns: ColumnChoice.Columns
  var gaps: GapList
  /// In Hz, if the file tells.
  var samplingRate: Double?
  /// The samples of a sibling file of events, in order.
  var events: [Int] = []

  var frames: Int { table.frames }

  /// Looks at a file once: whole if it is text or floats, for its gaps; else its header.
  ///
  /// - Throws: `StirError.Code.invalidData` or `.missingInput` with the reason why the file cannot
  ///   be used; `.unwritableOutput` if there is no room for a spool.
  init(
    _ path: String, in folder: String, _ configuration: SignalConfiguration,
    spool: () throws -> Spool
  ) throws {
    let file = try InputFile(folder + "/" + path)
    (self.path, size, modified) = (path, file.size, file.modified)
    let choice = ColumnChoice(configuration)
    let kind = FileKind(path)
    switch kind {
    case .text:
      let text = try TextTable(file, choice: choice, spool: spool())
      guard let columns = text.columns else { throw malformed("holds no samples") }
      (table, self.columns, gaps) = (text.table, columns, text.gaps)
      // The spool has the columns that were chosen, and no others.
      self.columns.indices = Array(columns.indices.indices)
    case .waveform:
      let header = try waveformHeader(of: file)
      table = try .dat(file, header)
      columns = try choice.columns(named: header.signals.map(\.name), skipsTime: false)
      gaps = try .found(in: table, columns: columns.indices, file: file)
      samplingRate = header.samplingRate
    case .array, .archive, .raw:
      table =
        switch kind {
        case .array: try .npy(file, configuration)
        case .archive: try .npz(file, configuration, spool: spool)
        default: try .raw(file, configuration)
        }
      columns = try choice.columns(of: table.width)
      gaps = try .found(in: table, columns: columns.indices, file: file)
    }
    guard frames > 0 else { throw malformed("holds no samples") }
    if !configuration.events.isEmpty, !columns.hasEvents {
      events = try EventList.samples(
        of: path, in: folder, suffix: configuration.events, frames: frames)
    }
  }

  /// The file, open, if it still is the one that was looked at.
  func open(in folder: String) throws -> InputFile {
    let path = folder + "/" + path
    let file: InputFile
    do { file = try InputFile(path) } catch let error as StirError { throw error.located(path) }
    guard (file.size, file.modified) == (size, modified) else {
      throw malformed("\(path): has changed since it was looked at; start again")
    }
    return file
  }
}

/// What a file is by its name.
enum FileKind: Hashable, Sendable {
  case text, array, archive, waveform, raw

  static let extensions: Set<String> = [
    "csv", "tsv", "csv.gz", "tsv.gz", "npy", "npz", "dat", "raw", "i16", "bin",
  ]

  /// Text, unless the extension says otherwise.
  init(_ path: String) {
    switch (path as NSString).pathExtension.lowercased() {
    case "npy": self = .array
    case "npz": self = .archive
    case "dat": self = .waveform
    case "raw", "i16", "bin": self = .raw
    default: self = .text
    }
  }
}

private func waveformHeader(of file: InputFile) throws -> WaveformHeader {
  let url = URL(fileURLWithPath: file.path)
  let name = url.deletingPathExtension().lastPathComponent + ".hea"
  let header: InputFile
  do {
    header = try InputFile(url.deletingLastPathComponent().path + "/" + name)
  } catch {
    throw malformed(
      "has no WFDB header \(name) beside it; a file of nothing but numbers is to end in .i16")
  }
  guard header.size <= 1 << 22 else { throw malformed("\(name): is no WFDB header") }
  let text = String(decoding: try header.bytes(at: 0, upTo: header.size), as: UTF8.self)
  do {
    return try WaveformHeader(text, for: url.lastPathComponent)
  } catch let error as StirError {
    throw StirError(error.code, "\(name) \(error.message)")
  }
}
