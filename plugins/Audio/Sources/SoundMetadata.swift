import CSndfile

/// What a sound file holds beside its samples: texts (title, artist, comment, date, album, track,
/// genre, copyright, software, license), the broadcast information of a WAV, cue points, the
/// instrument, and which speaker each channel is for.
public struct SoundMetadata: Hashable, Sendable {
  /// By libsndfile's numbers.
  private(set) var texts: [Int32: String] = [:]
  /// Structures of libsndfile as they are in memory, by the command that sets them.
  private(set) var structures: [Int32: [UInt8]] = [:]

  /// Of what is being read.
  public init(of reader: SoundFileReader) {
    for number in Int32(SF_STR_TITLE)...Int32(SF_STR_GENRE) {
      if let text = sf_get_string(reader.handle, number) { texts[number] = String(cString: text) }
    }
    // libsndfile hands out a history of coding of up to 16384 characters, and takes fewer.
    let longHistory = 16_000
    let kinds: [(get: Int, set: Int, size: Int)] = [
      (
        SFC_GET_BROADCAST_INFO, SFC_SET_BROADCAST_INFO,
        MemoryLayout<SF_BROADCAST_INFO>.size - 256 + longHistory
      ),
      (SFC_GET_CUE, SFC_SET_CUE, 4 + 1_000 * MemoryLayout<SF_CUE_POINT>.size),
      (SFC_GET_INSTRUMENT, SFC_SET_INSTRUMENT, MemoryLayout<SF_INSTRUMENT>.size),
      (
        SFC_GET_CHANNEL_MAP_INFO, SFC_SET_CHANNEL_MAP_INFO,
        MemoryLayout<Int32>.size * reader.format.channels
      ),
    ]
    for kind in kinds {
      var bytes = [UInt8](repeating: 0, count: kind.size)
      let found = sf_command(reader.handle, Int32(kind.get), &bytes, Int32(kind.size))
      if found == Int32(SF_TRUE) { structures[Int32(kind.set)] = bytes }
    }
  }

  /// Gives a file that is about to be written what of it its container can hold.
  func write(to handle: OpaquePointer) {
    for (number, text) in texts.sorted(by: { $0.key < $1.key }) {
      sf_set_string(handle, number, text)
    }
    for (command, bytes) in structures.sorted(by: { $0.key < $1.key }) {
      var bytes = bytes
      sf_command(handle, command, &bytes, Int32(bytes.count))
    }
  }
}
