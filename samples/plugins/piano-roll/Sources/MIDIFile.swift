import Foundation
import PluginKit

/// The notes of a Standard MIDI File of format 0 or 1, in steps of a sixteenth note; tempo, channels
/// and loudness are passed over. Reference: MIDI Association, "Standard MIDI Files 1.0" (1988).
struct MIDIFile {
  struct Note { var pitch, start, end: Int }
  /// The notes by their starts, the steps up to the last end of a track, and those of a bar.
  private(set) var (notes, length, bar) = ([Note](), 0, 16)

  init(_ data: Data) throws {
    var file = [UInt8](data)[...]
    var header = try file.chunk("MThd")
    let (format, tracks, ticks) = (try header.number(2), try header.number(2), try header.number(2))
    guard format < 2 else { throw invalid("is of format \(format), expected 0 or 1") }
    guard 1..<0x8000 ~= ticks else { throw invalid("does not count time in quarter notes") }
    for _ in 0..<tracks { try read(file.chunk("MTrk")) { (4 * $0 + ticks / 2) / ticks } }
    guard 1...65_536 ~= length else { throw invalid("lasts \(length) steps, expected 1 to 65536") }
    notes.sort { $0.start < $1.start }
  }

  private mutating func read(_ bytes: ArraySlice<UInt8>, step: (_ tick: Int) -> Int) throws {
    var (track, tick, status) = (bytes, 0, 0)
    var sounding: [Int: Int] = [:]  // a pitch's place in `notes`
    while !track.isEmpty {
      tick += try track.variable()
      let now = step(tick)
      // An event without a status has that of the one before it.
      if let first = track.first, first >= 0x80 { status = try track.number(1) }
      switch status {
      case 0x80...0x9F:
        let (pitch, velocity) = (try track.number(1) & 0x7F, try track.number(1))
        if let at = sounding.removeValue(forKey: pitch) { notes[at].end = max(now, notes[at].end) }
        guard status >= 0x90, velocity > 0 else { continue }
        sounding[pitch] = notes.count
        notes.append(Note(pitch: pitch, start: now, end: now + 1))
      case 0xA0...0xEF: _ = try track.take(0xC0...0xDF ~= status ? 1 : 2)
      case 0xF0, 0xF7, 0xFF:
        let kind = status == 0xFF ? try track.number(1) : 0
        var content = try track.take(track.variable())
        // A time signature: the beats of a bar, and which power of two a beat is.
        if kind == 0x58 { bar = max(1, (16 * (try content.number(1))) >> (try content.number(1))) }
        status = 0
      default: throw invalid("has an event of status \(status)")
      }
    }
    length = notes.map(\.end).reduce(max(length, step(tick)), max)
  }

  /// A file of format 0 that plays `notes`, at 120 quarter notes a minute.
  static func data(_ notes: [Note], length: Int) -> Data {
    // Velocity 0 ends a note, before the next one of its pitch begins.
    let events = notes.flatMap { [($0.start, 80, $0.pitch), ($0.end, 0, $0.pitch)] }.sorted(by: <)
    var (track, now) = (Data(), 0)
    for (step, velocity, pitch) in events {
      track += variable((step - now) * 120) + [0x90, UInt8(pitch), UInt8(velocity)]
      now = step
    }
    track += variable((length - now) * 120) + [0xFF, 0x2F, 0]
    let size = (0..<4).map { UInt8(truncatingIfNeeded: track.count >> (24 - 8 * $0)) }
    return "MThd".utf8 + Data([0, 0, 0, 6, 0, 0, 0, 1, 1, 224]) + "MTrk".utf8 + size + track
  }
}

/// A number in bytes of seven bits, all but the last of them marked.
private func variable(_ value: Int) -> [UInt8] {
  (value < 0x80 ? [] : variable(value >> 7).map { $0 | 0x80 }) + [UInt8(value & 0x7F)]
}
private func invalid(_ reason: String) -> StirError { StirError(.invalidData, reason) }

/// Bytes are read from front to back, never beyond their end.
extension ArraySlice<UInt8> {
  fileprivate mutating func take(_ count: Int) throws -> Self {
    guard count <= self.count else { throw invalid("is cut short, or damaged") }
    defer { self = dropFirst(count) }
    return prefix(count)
  }
  fileprivate mutating func number(_ count: Int) throws -> Int {
    try take(count).reduce(0) { $0 << 8 | Int($1) }
  }
  fileprivate mutating func variable() throws -> Int {
    let last = prefix(3).firstIndex { $0 < 0x80 } ?? startIndex + 3
    return try take(last - startIndex + 1).reduce(0) { $0 << 7 | Int($1 & 0x7F) }
  }
  fileprivate mutating func chunk(_ name: String) throws -> Self {
    guard try take(4).elementsEqual(name.utf8) else { throw invalid("lacks a chunk \(name)") }
    return try take(number(4))
  }
}
