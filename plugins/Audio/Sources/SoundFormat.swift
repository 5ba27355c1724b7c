import CSndfile
import Modality

/// What a sound file says of itself.
public struct SoundFormat: Hashable, Sendable {
  /// In Hz.
  public var rate: Int
  public var channels: Int
  /// libsndfile's number of the container and the encoding, such as `SF_FORMAT_WAV`.
  public var code: Int32

  /// The kind of file, such as `WAV` or `Ogg`.
  public var container: String {
    let name = formatName(code & Int32(SF_FORMAT_TYPEMASK)) ?? "unknown"
    return String(name.prefix { $0 != "(" }).trimmingSpaces()
  }

  /// How samples are stored, such as `Signed 16 bit PCM` or `Vorbis`.
  public var encoding: String { formatName(code & Int32(SF_FORMAT_SUBMASK)) ?? "unknown" }
}

extension AudioModality {
  /// The formats that the installed libsndfile reads, out of those that are known here.
  public static var codecs: [String] {
    let known: [(name: String, code: Int)] = [
      ("WAV", SF_FORMAT_WAV | SF_FORMAT_PCM_16), ("AIFF", SF_FORMAT_AIFF | SF_FORMAT_PCM_16),
      ("FLAC", SF_FORMAT_FLAC | SF_FORMAT_PCM_16),
      ("Ogg Vorbis", SF_FORMAT_OGG | SF_FORMAT_VORBIS),
      ("Ogg Opus", SF_FORMAT_OGG | SF_FORMAT_OPUS),
      ("MP3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III),
    ]
    return known.filter { canStore(code: Int32($0.code), rate: 48_000, channels: 1) }.map(\.name)
  }

  /// Extensions of files that are taken for sound when a folder is read; any other file in it is
  /// passed over. The last three cannot be read, but their owner should hear so.
  public static let knownExtensions: Set<String> = [
    "wav", "wave", "w64", "rf64", "flac", "aif", "aiff", "aifc", "ogg", "oga", "opus", "mp3",
    "au", "caf", "m4a", "aac", "wma",
  ]
}

extension SoundFormat {
  var isStorable: Bool { canStore(code: code, rate: rate, channels: channels) }

  /// What libsndfile wants to know to write it.
  /// - Throws: `StirError.Code.configuration` if the container cannot hold it.
  func info(for name: String) throws -> SF_INFO {
    guard isStorable else {
      throw StirError(
        .configuration,
        "\(name): \(container) cannot hold \(counted(channels, "channel")) of \(encoding) at "
          + "\(rate) Hz")
    }
    return SF_INFO(
      frames: 0, samplerate: Int32(rate), channels: Int32(channels), format: code, sections: 0,
      seekable: 0)
  }

  var subtype: Int { Int(code) & SF_FORMAT_SUBMASK }

  var isFloatingPoint: Bool { subtype == SF_FORMAT_FLOAT || subtype == SF_FORMAT_DOUBLE }

  var isCompanded: Bool { subtype == SF_FORMAT_ULAW || subtype == SF_FORMAT_ALAW }

  /// The bits of a sample that is stored as a whole number, or was made from one; nil if it is made
  /// from a fraction.
  var integerBits: Int? {
    switch subtype {
    case SF_FORMAT_PCM_S8, SF_FORMAT_PCM_U8: 8
    case SF_FORMAT_PCM_16, SF_FORMAT_ULAW, SF_FORMAT_ALAW, SF_FORMAT_ALAC_16: 16
    case SF_FORMAT_ALAC_20: 20
    case SF_FORMAT_PCM_24, SF_FORMAT_ALAC_24: 24
    case SF_FORMAT_PCM_32, SF_FORMAT_ALAC_32: 32
    default: nil
    }
  }

  /// Those that one sample takes, or more than that where it is packed.
  var bytesPerSample: Int {
    switch subtype {
    case SF_FORMAT_PCM_S8, SF_FORMAT_PCM_U8, SF_FORMAT_ULAW, SF_FORMAT_ALAW: 1
    case SF_FORMAT_PCM_24: 3
    case SF_FORMAT_PCM_32, SF_FORMAT_FLOAT: 4
    case SF_FORMAT_DOUBLE: 8
    default: 2
    }
  }

  /// The frames that fit the 32-bit lengths of the container; nil if it has longer ones.
  public var frameLimit: Int? {
    let short = [SF_FORMAT_WAV, SF_FORMAT_WAVEX, SF_FORMAT_AIFF, SF_FORMAT_AU]
    guard short.contains(Int(code) & SF_FORMAT_TYPEMASK) else { return nil }
    return (1 << 32 - 1 << 20) / (channels * bytesPerSample)
  }
}

/// Whether libsndfile can write `channels` at `rate` Hz in the format `code`.
func canStore(code: Int32, rate: Int, channels: Int) -> Bool {
  var info = SF_INFO(
    frames: 0, samplerate: Int32(rate), channels: Int32(channels), format: code, sections: 0,
    seekable: 0)
  return sf_format_check(&info) != 0
}

private func formatName(_ code: Int32) -> String? {
  var info = SF_FORMAT_INFO(format: code, name: nil, extension: nil)
  let size = Int32(MemoryLayout<SF_FORMAT_INFO>.size)
  guard sf_command(nil, Int32(SFC_GET_FORMAT_INFO), &info, size) == 0, let name = info.name
  else { return nil }
  return String(cString: name)
}

extension String {
  fileprivate func trimmingSpaces() -> String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
