import Audio
import Core
import Foundation
import Modality

/// One recording on its way from a file or stream to another.
struct RecordingDenoising {
  private let reader: SoundFileReader
  private let stream: DenoisingStream
  private let console: Console
  private let interruption: Interruption
  private let progress: String
  private var pace = Pace()
  /// The frames that were read, and those that were denoised and written.
  private var read = 0
  private var written = 0
  /// Whether a person ended it before the recording's end.
  private(set) var isInterrupted = false
  /// What a person should know of it.
  private(set) var notes: [String] = []

  /// - Parameter progress: what comes before how far it is.
  init(
    _ reader: SoundFileReader, by stream: DenoisingStream, console: Console,
    interruption: Interruption, progress: String
  ) {
    (self.reader, self.stream, self.progress) = (reader, stream, progress)
    (self.console, self.interruption) = (console, interruption)
  }

  /// What was written, in seconds.
  var seconds: Double { Double(written) / Double(reader.format.rate) }

  /// `at 0:12:34 of 3:00:00`
  var place: String {
    let total = reader.frames.map { " of \(time($0))" } ?? ""
    return "at \(time(written))\(total)"
  }

  /// Denoises all of it, or what there is until a person ends it.
  ///
  /// - Throws: `StirError.Code.invalidData` for a recording without sound or with samples that are not
  ///   numbers; `.unwritableOutput`; ``Interrupted`` if nothing is written yet.
  mutating func write(to writer: SoundFileWriter) throws {
    let (rate, channels) = (reader.format.rate, reader.format.channels)
    var block = [Float](repeating: 0, count: max(1, rate / 10) * channels)
    pace.mark(0)
    while !interruption.isRequested {
      let frames = block.withUnsafeMutableBufferPointer { reader.read(into: $0) }
      guard frames > 0 else { break }
      let clean = try located(reader.path) {
        try stream.push(Array(block.prefix(frames * channels)))
      }
      try writer.write(clean)
      written += clean.count / channels
      if (read + frames) / rate > read / rate, written > 0 { report() }
      read += frames
    }
    isInterrupted = interruption.isRequested
    guard !isInterrupted || written > 0 else { throw Interrupted(place) }
    if !isInterrupted {
      guard read > 0 else {
        throw StirError(.invalidData, "\(reader.path): holds no sound (0 frames)")
      }
      let rest = try located(reader.path) { try stream.finish() }
      try writer.write(rest)
      written += rest.count / channels
      if let truncation = reader.truncation(decoded: read) {
        notes.append("\(truncation); what there is of it is denoised")
      }
    }
    try writer.finish()
    if writer.saturated > 0 {
      notes.append("\(counted(writer.saturated, "sample")) went beyond full scale and saturated")
    }
  }

  private mutating func report() {
    pace.mark(written)
    console.progress("\(progress): \(share)\(place.dropFirst(3))\(speed)")
  }

  /// `12%, `
  private var share: String {
    reader.frames.map { "\(100 * written / $0)%, " } ?? ""
  }

  /// `, 8.3 times real time, 12m 05s left`
  private var speed: String {
    guard let rate = pace.rate else { return "" }
    let left = reader.frames.map { ", \(clock(Double($0 - written) / rate)) left" } ?? ""
    return ", \(decimal(rate / Double(reader.format.rate), 1)) times real time\(left)"
  }

  private func time(_ frames: Int) -> String {
    let seconds = frames / reader.format.rate
    return String(format: "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60)
  }
}
