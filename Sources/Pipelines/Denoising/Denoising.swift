import Audio
import Core
import Foundation
import Modality

/// From noisy recordings to clean ones: a file, a stream, or a folder with all below it.
public struct Denoising {
  public let denoiser: any WindowDenoiser
  /// The share of the recording that is kept, from 0 to 1.
  public let mix: Double
  public let console: Console
  public let interruption: Interruption
  /// The descriptors that `-` means.
  var standardInput = STDIN_FILENO
  var standardOutput = STDOUT_FILENO

  public init(
    _ denoiser: any WindowDenoiser, mix: Double, console: Console, interruption: Interruption
  ) {
    (self.denoiser, self.mix) = (denoiser, mix)
    (self.console, self.interruption) = (console, interruption)
  }

  /// Denoises `input` to `output`, which is not there yet, in 32-bit floating point: what samples of
  /// 32 or 64 bits have beyond 24 is lost.
  ///
  /// - Parameters:
  ///   - input: a file, a folder, or `-` for standard input.
  ///   - output: a file whose extension says its container, a folder for those of a folder, or `-`
  ///     for a WAV on standard output.
  /// - Returns: what was done. Of a folder's files some may have failed.
  /// - Throws: `StirError` for a file that cannot be read or written; ``Interrupted`` after what was
  ///   done until then is in its file.
  public func callAsFunction(_ input: String, to output: String) throws -> DenoisingSummary {
    let start = ContinuousClock.now
    var summary = DenoisingSummary()
    if input != "-", output != "-",
      path(input).resolvingSymlinksInPath() == path(output).resolvingSymlinksInPath()
    {
      throw StirError(
        .configuration, "\(input) is both what to denoise and where to write; give another --out")
    }
    var isFolder: ObjCBool = false
    FileManager.default.fileExists(atPath: input, isDirectory: &isFolder)
    if isFolder.boolValue, input != "-" {
      guard output != "-" else {
        throw StirError(.configuration, "\(input) is a folder; give --out a folder to write to")
      }
      try denoise(folder: path(input), to: path(output), &summary)
    } else {
      summary.files = [try denoise(input, to: output, progress: "denoising")]
    }
    console.closeLine()
    summary.seconds = summary.files.reduce(0) { $0 + $1.seconds }
    if summary.seconds > 0 {
      summary.realTimeFactor = (ContinuousClock.now - start).seconds / summary.seconds
    }
    return summary
  }

  /// Goes on after files that cannot be denoised.
  private func denoise(folder: URL, to out: URL, _ summary: inout DenoisingSummary) throws {
    let listing = try FolderListing(
      folder, extensions: AudioModality.knownExtensions, noun: "sound file")
    summary.failed = listing.rejected
    for (number, entry) in listing.entries.enumerated() {
      guard !interruption.isRequested else {
        throw Interrupted("after \(number) of \(counted(listing.entries.count, "file"))")
      }
      do {
        // What cannot be written as it is, such as MP3, becomes a WAV.
        let isWritable = SoundFormat.canBeWritten(as: path(entry.path).pathExtension)
        var file = try denoise(
          listing.folder + "/" + entry.path,
          to: out.appendingPathComponent(entry.path + (isWritable ? "" : ".wav")).path,
          progress: "file \(number + 1) of \(listing.entries.count), \(entry.path)")
        if !isWritable { note("is written as WAV", of: &file) }
        summary.files.append(file)
      } catch let error as StirError {
        summary.failed.append(RejectedInput(name: entry.path, reason: error.description))
        console.note(error.description)
      }
    }
  }

  /// One file or stream.
  private func denoise(
    _ input: String, to output: String, progress: String
  ) throws -> DenoisingSummary.File {
    if output != "-" { try requireNothing(at: path(output)) }
    let reader =
      try input == "-"
      ? SoundFileReader(stream: standardInput, name: "standard input")
      : SoundFileReader(path: input)
    guard reader.frames != 0 else {
      throw StirError(.invalidData, "\(reader.path): holds no sound (0 frames)")
    }
    let metadata = SoundMetadata(of: reader)
    let stream = try located(reader.path) {
      try DenoisingStream(
        denoiser, rate: reader.format.rate, channels: reader.format.channels, mix: mix)
    }
    var work = RecordingDenoising(
      reader, by: stream, console: console, interruption: interruption, progress: progress)
    if output == "-" {
      try work.write(
        to: SoundFileWriter(
          stream: standardOutput, name: "standard output", format: reader.format.streamed(),
          length: reader.frames, metadata: metadata))
    } else {
      let format = try located(output) {
        try reader.format.written(as: path(output).pathExtension, frames: reader.frames)
      }
      try writeAtomically(to: path(output)) { (temporary: URL) in
        try work.write(
          to: SoundFileWriter(
            path: temporary.path, name: output, format: format, metadata: metadata))
      }
    }
    if work.isInterrupted {
      throw Interrupted(
        "\(work.place); the denoised part is in \(output == "-" ? "standard output" : output)")
    }
    var file = DenoisingSummary.File(input: input, output: output, seconds: work.seconds)
    for text in work.notes { note(text, of: &file) }
    return file
  }

  private func note(_ text: String, of file: inout DenoisingSummary.File) {
    file.notes.append(text)
    console.note("\(file.input): \(text)")
  }
}

private func path(_ text: String) -> URL { URL(fileURLWithPath: text) }
