import Modality

/// Where the items of a data set are cut from its recordings.
struct Windows: Sendable {
  /// Samples without a gap, in which windows lie.
  struct Stretch: Hashable, Sendable {
    var recording: Int
    var range: Range<Int>
    /// Which part of the only recording this is of; nil if there are several.
    var section: Int?
  }

  private(set) var stretches: [Stretch] = []
  /// The index of each stretch's first window, and then the number of windows.
  private var firstWindows = [0]
  /// How many sections the only recording is cut into; 0 for none.
  private(set) var sections = 0
  private let length: Int
  private let hop: Int

  var count: Int { firstWindows[stretches.count] }

  /// - Throws: `StirError.Code.configuration` if there are more windows than can be told apart.
  init(_ recordings: [Recording], _ configuration: SignalConfiguration) throws {
    (length, hop) = (configuration.length, configuration.hopLength)
    let whole = recordings.enumerated().flatMap { number, recording in
      stretchesBetweenGaps(of: recording, configuration).map {
        Stretch(recording: number, range: $0)
      }
    }
    if recordings.count == 1 {
      // Of four windows or more: the ends of sections cost windows.
      let sections = min(20, recordings[0].frames / 4 / length)
      let cut = cutAtSections(whole, frames: recordings[0].frames, sections)
      if sections > 1, Set(cut.map(\.section)).count > 1 {
        self.sections = sections
        try add(cut)
        return
      }
    }
    try add(whole)
  }

  private mutating func add(_ stretches: [Stretch]) throws {
    self.stretches = stretches
    for stretch in stretches {
      let windows = max(0, stretch.range.count - length) / hop + 1
      let count = min(windows, 1 << 32) + firstWindows[firstWindows.count - 1]
      guard count <= 50_000_000 else {
        throw StirError(.configuration, "hop: \(hop) makes more than 50000000 windows; raise it")
      }
      firstWindows.append(count)
    }
  }

  private func cutAtSections(_ whole: [Stretch], frames: Int, _ sections: Int) -> [Stretch] {
    (0..<sections).flatMap { section -> [Stretch] in
      let bound = { (k: Int) in k == sections ? frames : frames / sections * k }
      let limits = bound(section)..<bound(section + 1)
      return whole.compactMap { stretch in
        let range = stretch.range.clamped(to: limits)
        return range.count < length
          ? nil : Stretch(recording: stretch.recording, range: range, section: section)
      }
    }
  }

  /// The stretch that window `index` lies in, and which of its windows it is.
  func place(of index: Int) -> (stretch: Stretch, window: Int) {
    precondition((0..<count).contains(index), "there is no item \(index) among \(count)")
    var (low, high) = (0, stretches.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if firstWindows[middle] <= index { low = middle } else { high = middle }
    }
    return (stretches[low], index - firstWindows[low])
  }

  /// The samples of window `index`: `length`, or fewer in a recording that is padded.
  ///
  /// - Parameter seed: decides where in its hop a window begins; nil for its start.
  func samples(of index: Int, seed: UInt64?) -> Range<Int> {
    let (stretch, window) = place(of: index)
    let spare = max(0, stretch.range.count - length)
    var start = window * hop
    if let seed {
      var random = SplitMix64(seed: seed, UInt64(index))
      start = Int.random(in: start...min(start + hop - 1, spare), using: &random)
    }
    let first = stretch.range.lowerBound + start
    return first..<min(first + length, stretch.range.upperBound)
  }
}

/// The stretches of a recording that hold a window, in the order of time.
func stretchesBetweenGaps(
  of recording: Recording, _ configuration: SignalConfiguration
) -> [Range<Int>] {
  let gaps = recording.gaps.open(configuration, frames: recording.frames)
  if gaps.isEmpty, configuration.pad { return [0..<recording.frames] }
  var stretches: [Range<Int>] = []
  var start = 0
  for (_, gap) in gaps {
    if gap.start - start >= configuration.length { stretches.append(start..<gap.start) }
    start = max(start, gap.end)
  }
  if recording.frames - start >= configuration.length {
    stretches.append(start..<recording.frames)
  }
  return stretches
}
