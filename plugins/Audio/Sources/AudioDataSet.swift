import Foundation
import Modality

/// Recordings on disk, from which each item reads its stretch.
struct AudioDataSet: DataSet {
  private let configuration: AudioConfiguration
  private let folder: String
  private let files: [AudioFile]
  /// The frames of each file at the rate of the items.
  private let lengths: [Int]
  /// The index of each file's first item, and then the number of items.
  private let firstItems: [Int]
  private let leveling: Leveling
  private let classes: ClassNames
  let rejected: [RejectedInput]

  /// - Throws: `StirError.Code.invalidData` if no file can be used.
  init(_ index: AudioIndex, configuration: AudioConfiguration) throws {
    var rejected = index.unlisted
    var (files, lengths, firstItems) = ([AudioFile](), [Int](), [0])
    for file in index.files {
      do {
        let length = try file.usableLength(configuration)
        files.append(file)
        lengths.append(length)
        let items = configuration.crop == .random ? max(1, length / configuration.length) : 1
        firstItems.append(firstItems[firstItems.count - 1] + items)
      } catch let error as StirError {
        rejected.append(RejectedInput(name: file.path, reason: error.message))
      }
    }
    rejected.sort { $0.name < $1.name }
    guard !files.isEmpty else {
      throw rejected.nothingUsable("sound file", in: index.folder)
    }
    self.configuration = configuration
    (self.files, self.lengths, self.firstItems) = (files, lengths, firstItems)
    self.rejected = rejected
    folder = index.folder
    leveling = Leveling(configuration, files: files)
    classes = ClassNames(configuration.labels, paths: files.map(\.path), folder: index.folder)
  }

  var count: Int { firstItems[files.count] }

  var labels: [String] { classes.names }

  func source(of index: Int) -> String { files[file(of: index)].path }

  /// - Throws: `StirError.Code.missingInput` or `.invalidData` for a file that has changed since
  ///   it was measured.
  func item(at index: Int, seed: UInt64) throws -> Item {
    let number = file(of: index)
    let file = files[number]
    let reader = try SoundFileReader(path: folder + "/" + file.path)
    guard reader.format == file.format else {
      throw StirError(
        .invalidData, "\(reader.path): has changed since it was measured; start again")
    }
    var random = SplitMix64(seed: seed, UInt64(index))
    let clip = try audibleClip(
      of: reader, file: number, part: index - firstItems[number], using: &random)
    let scale = leveling.scale(of: clip.levels, in: file.levels)
    return Item(
      shape: [configuration.channels, configuration.length],
      values: planar(clip.samples, scale: scale), scale: scale, label: classes.label(of: number))
  }

  /// The first clip that is not silent, of the item's own stretch and up to 8 others anywhere in
  /// the recording; the loudest if all are.
  private func audibleClip(
    of reader: SoundFileReader, file: Int, part: Int, using random: inout SplitMix64
  ) throws -> Clip {
    let spare = lengths[file] - configuration.length
    guard spare > 0 else { return try clip(of: reader, from: 0, count: lengths[file]) }
    let parts = firstItems[file + 1] - firstItems[file]
    let start = startOfPart(part, of: parts, spare, using: &random)
    var best = try clip(of: reader, from: start, count: configuration.length)
    for _ in 0..<8 where best.levels.isSilent(below: configuration.silenceDecibels) {
      let start = Int.random(in: 0...spare, using: &random)
      let other = try clip(of: reader, from: start, count: configuration.length)
      if other.levels.loudest > best.levels.loudest { best = other }
    }
    return best
  }

  /// A start in the share that part `part` of `parts` has of the starts 0...spare.
  private func startOfPart(
    _ part: Int, of parts: Int, _ spare: Int, using random: inout SplitMix64
  ) -> Int {
    guard configuration.crop == .random else { return 0 }
    let (first, next) = (part * (spare + 1) / parts, (part + 1) * (spare + 1) / parts)
    return Int.random(in: first...max(first, next - 1), using: &random)
  }

  /// Interleaved samples, and how loud they are.
  private struct Clip {
    var samples: [Float]
    var levels: Levels
  }

  private func clip(of reader: SoundFileReader, from start: Int, count: Int) throws -> Clip {
    let (rate, channels) = (configuration.sampleRate, configuration.channels)
    let samples = try reader.window(from: start, count: count, rate: rate, channels: channels)
    return Clip(samples: samples, levels: Levels(of: samples, rate: rate, channels: channels))
  }

  /// Scaled, one channel after the other, padded with zeros.
  private func planar(_ interleaved: [Float], scale: Float) -> [Float] {
    let (channels, length) = (configuration.channels, configuration.length)
    var values = [Float](repeating: 0, count: channels * length)
    for frame in 0..<(interleaved.count / channels) {
      for channel in 0..<channels {
        values[channel * length + frame] = interleaved[frame * channels + channel] * scale
      }
    }
    return values
  }

  /// The file that item `index` is of, by binary search.
  private func file(of index: Int) -> Int {
    precondition((0..<count).contains(index), "there is no item \(index) among \(count)")
    var (low, high) = (0, files.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if firstItems[middle] <= index { low = middle } else { high = middle }
    }
    return low
  }
}

extension AudioFile {
  /// The frames at the rate of the items.
  /// - Throws: `StirError.Code.invalidData` with the reason why the file cannot be used.
  func usableLength(_ configuration: AudioConfiguration) throws -> Int {
    if let fault { throw StirError(.invalidData, fault) }
    if levels.isSilent(below: configuration.silenceDecibels) {
      let loudest = levels.loudest > 0 ? "only \(decimal(dBFS(levels.loudest))) dBFS" : "nothing"
      throw StirError(
        .invalidData,
        "is silent: its loudest 20 ms hold \(loudest), and silence_db is "
          + decimal(configuration.silenceDecibels))
    }
    return try Resampler(from: format.rate, to: configuration.sampleRate).length(of: frames)
  }
}
