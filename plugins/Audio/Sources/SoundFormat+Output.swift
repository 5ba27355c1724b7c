import CSndfile
import Modality

extension SoundFormat {
  /// Whether a name with this extension says a container that can be written.
  public static func canBeWritten(as pathExtension: String) -> Bool {
    containers[pathExtension.lowercased()] != nil
  }

  /// The format nearest to this one in a file with another name, or for a stream.
  ///
  /// The container is that of the name's extension, and samples are stored as they are here if it
  /// can do so; otherwise in no fewer bits, if it can do that.
  ///
  /// - Parameters:
  ///   - pathExtension: such as `wav` or `flac`.
  ///   - frames: that will be written, nil if that is not known: a WAV that is or may become longer
  ///     than 4 GiB begins as RF64.
  /// - Throws: `StirError.Code.configuration` for an extension that says no container that can be
  ///   written, and for a rate, number of channels or length that it cannot hold.
  public func written(as pathExtension: String, frames: Int?) throws -> SoundFormat {
    guard let container = containers[pathExtension.lowercased()] else {
      throw StirError(
        .configuration,
        "cannot write \".\(pathExtension)\"; expected a name that ends in one of "
          + containers.keys.sorted().map { "." + $0 }.joined(separator: " "))
    }
    let isSame = self.family == container
    let family = isSame ? Int(code) & SF_FORMAT_TYPEMASK : container
    // The order of bytes belongs to the container. libsndfile says of WAV that it could hold MP3, and
    // then does not write it.
    let same = isSame ? [Int(code) & ~SF_FORMAT_TYPEMASK] : isMP3 ? [] : [subtype]
    let candidates =
      pathExtension.lowercased() == "opus" ? [SF_FORMAT_OPUS] : same + alternatives
    guard var found = candidates.lazy.map({ self.with(family | $0) }).first(where: \.isStorable)
    else {
      throw StirError(
        .configuration,
        "\".\(pathExtension)\" cannot hold \(counted(channels, "channel")) at \(rate) Hz; a name "
          + "that ends in .wav can")
    }
    if family == SF_FORMAT_WAV || family == SF_FORMAT_WAVEX {
      let long = found.with(SF_FORMAT_RF64 | found.subtype)
      let fits = frames.map { $0 <= found.frameLimit ?? .max } ?? false
      if !fits, long.isStorable { found = long }
    }
    if let frames, let limit = found.frameLimit, frames > limit {
      throw StirError(
        .configuration,
        "\(found.container) holds at most 4 GiB, and this recording needs more; give a name that "
          + "ends in .w64 or .flac")
    }
    return found
  }

  /// The format nearest to this one for a WAV that is streamed.
  public func streamed() throws -> SoundFormat {
    let found = try written(as: "wav", frames: 0)
    let isLong = Int(found.code) & SF_FORMAT_TYPEMASK == SF_FORMAT_RF64
    return isLong ? found.with(SF_FORMAT_WAV | found.subtype) : found
  }

  /// The container, in which all kinds of WAV are one.
  private var family: Int {
    let container = Int(code) & SF_FORMAT_TYPEMASK
    return [SF_FORMAT_WAVEX, SF_FORMAT_RF64].contains(container) ? SF_FORMAT_WAV : container
  }

  private var isMP3: Bool { Int(code) & SF_FORMAT_TYPEMASK == SF_FORMAT_MPEG }

  private func with(_ code: Int) -> SoundFormat {
    SoundFormat(rate: rate, channels: channels, code: Int32(code))
  }

  /// What comes nearest to this subtype, best first.
  private var alternatives: [Int] {
    let whole: [Int]
    if isFloatingPoint {
      whole = [SF_FORMAT_FLOAT, SF_FORMAT_PCM_24, SF_FORMAT_PCM_16]
    } else {
      switch integerBits ?? 16 {
      case ...8: whole = [SF_FORMAT_PCM_U8, SF_FORMAT_PCM_S8, SF_FORMAT_PCM_16]
      case ...16: whole = [SF_FORMAT_PCM_16]
      case ...24: whole = [SF_FORMAT_PCM_24, SF_FORMAT_PCM_16]
      default: whole = [SF_FORMAT_PCM_32, SF_FORMAT_PCM_24, SF_FORMAT_PCM_16]
      }
    }
    return whole + [SF_FORMAT_VORBIS]
  }
}

/// What is written by the extension of a name. MP3 is not: it would make the recording longer.
private let containers = [
  "wav": SF_FORMAT_WAV, "wave": SF_FORMAT_WAV, "rf64": SF_FORMAT_RF64, "w64": SF_FORMAT_W64,
  "flac": SF_FORMAT_FLAC, "aif": SF_FORMAT_AIFF, "aiff": SF_FORMAT_AIFF, "aifc": SF_FORMAT_AIFF,
  "ogg": SF_FORMAT_OGG, "oga": SF_FORMAT_OGG, "opus": SF_FORMAT_OGG, "au": SF_FORMAT_AU,
  "caf": SF_FORMAT_CAF,
]
