import Foundation
import PluginKit

/// The tunes below a folder, in windows that begin at bars; a short tune ends in silence.
struct Tunes: DataSet {
  private(set) var rejected: [RejectedInput]
  private var windows: [(file: String, notes: [MIDIFile.Note], steps: Range<Int>)] = []

  init(at url: URL, steps: Int, progress: (Int, Int) throws -> Void) throws {
    let listing = try FolderListing(url, extensions: ["mid", "midi"], noun: "MIDI file")
    rejected = listing.rejected
    for (number, entry) in listing.entries.enumerated() {
      do {
        let file = URL(fileURLWithPath: listing.folder + "/" + entry.path)
        let tune = try MIDIFile(Data(contentsOf: file))
        for start in stride(from: 0, through: max(0, tune.length - steps), by: tune.bar) {
          windows.append((entry.path, tune.notes, start..<(start + steps)))
        }
      } catch {
        rejected.append(RejectedInput(name: entry.path, reason: "\(error)"))
      }
      try progress(number + 1, listing.entries.count)
    }
    guard !windows.isEmpty else { throw rejected.nothingUsable("MIDI file", in: listing.folder) }
  }

  var count: Int { windows.count }
  func source(of index: Int) -> String { windows[index].file }
  func item(at index: Int, seed: UInt64) throws -> Item {
    let (_, notes, window) = windows[index]
    var values = [Float](repeating: -1, count: 48 * window.count)
    for note in notes {
      let steps = (note.start..<note.end).clamped(to: window)
      // Pitches beyond the 48 are moved by octaves.
      var row = PianoRoll.highest - note.pitch
      if !(0..<48 ~= row) { row = (row + 120) % 12 + (row < 0 ? 0 : 36) }
      let first = row * window.count - window.lowerBound
      for step in steps { values[first + step] = step == steps.lowerBound ? 1 : 0 }
    }
    return Item(shape: [1, 48, window.count], values: values)
  }
}
