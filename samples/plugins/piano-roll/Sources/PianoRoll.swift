import Foundation
import PluginKit

/// MIDI files as pictures of 48 pitches, high ones on top, × steps of a sixteenth note.
struct PianoRoll: ConfigurableModality {
  static let (identifier, version) = ("piano-roll", "1")
  static let summary = "MIDI files as piano rolls of 48 pitches by sixteenth notes"
  static let highest = 83  // B5; 60 is middle C
  struct Settings: ModalityConfiguration {
    var steps = 64
    static let help = ["steps": "sixteenth notes of an item, a multiple of 16 up to 2048"]
  }
  let configuration: Settings
  let layout: Layout
  let fileExtension = "mid"
  /// What is read is -1, 0 or 1, exactly; what a network makes is written as the nearest of them.
  let tolerance: Float = 0

  init(configuration: Settings) throws {
    let steps = configuration.steps
    guard 16...2048 ~= steps, steps % 16 == 0 else {
      throw StirError(.configuration, "steps: expected a multiple of 16 up to 2048, found \(steps)")
    }
    self.configuration = configuration
    layout = Layout(channels: 1, extents: [48, steps], multiples: [48, 16], limits: [48, 2048])
  }

  func dataset(at url: URL, progress: (Int, Int) throws -> Void) throws -> any DataSet {
    try Tunes(at: url, steps: configuration.steps, progress: progress)
  }

  func write(_ item: Item, to url: URL) throws {
    try layout.requireAdmitted(item.shape)
    try writeAtomically(MIDIFile.data(notes(in: item), length: item.shape[2]), to: url)
  }

  /// A note begins where a value is near 1, or near 0 after silence, and lasts while it is near 0.
  private func notes(in item: Item) -> [MIDIFile.Note] {
    var notes: [MIDIFile.Note] = []
    for (position, value) in item.values.enumerated() where value >= -0.5 {
      let (row, step) = position.quotientAndRemainder(dividingBy: item.shape[2])
      if step == 0 || value >= 0.5 || item.values[position - 1] < -0.5 {
        notes.append(.init(pitch: Self.highest - row, start: step, end: step))
      }
      notes[notes.count - 1].end += 1
    }
    return notes
  }

  /// The notes that `write` writes, dark where they begin, with a line at each 16 steps.
  func preview(_ item: Item) throws -> Picture {
    var picture = Picture(width: item.shape[2] * 8, height: 48 * 8)
    for step in stride(from: 0, to: item.shape[2], by: 16) {
      picture.fill(x: step * 8, y: 0, width: 1, height: 48 * 8, color: .init(200, 200, 200))
    }
    for note in notes(in: item) {
      let (x, y, width) = (note.start * 8, (Self.highest - note.pitch) * 8, note.end - note.start)
      picture.fill(x: x, y: y, width: width * 8 - 1, height: 7, color: .magma(0.6))
      picture.fill(x: x, y: y, width: 3, height: 7, color: .magma(0.2))
    }
    return picture
  }
}

/// The one symbol that stir looks for.
@c(stir_plugin_entry)
public func entry() -> UnsafePointer<stir_plugin> { exportedPlugin(PianoRoll.self) }
