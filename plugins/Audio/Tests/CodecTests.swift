import Audio
import Testing

@Suite struct CodecTests {
  /// Lossless formats to the bit; lossy ones, at the libraries' default quality, to 25 dB, which
  /// one sample of shift would not reach.
  @Test(arguments: [
    ("aiff", Double.infinity), ("flac", .infinity), ("ogg", 25), ("mp3", 25),
  ])
  func everyFormatDecodesToTheSameSamples(name: String, decibels: Double) throws {
    let original = try decoded(fixtures.appendingPathComponent("tabla.wav"))
    let url = fixtures.appendingPathComponent("tabla.\(name)")
    let reader = try SoundFileReader(path: url.path)
    #expect(reader.frames == 6_752)
    #expect(reader.format.rate == 44_100)
    #expect(reader.format.channels == 1)
    let samples = try decoded(url)
    #expect(samples.count == original.count)
    #expect(signalToNoise(samples, original) >= decibels)
    let shifted = [0] + samples.dropLast()
    #expect(signalToNoise(shifted, original) < 23)
  }

  @Test func opusDecodesAtItsOwnRate() throws {
    let url = fixtures.appendingPathComponent("tabla.opus")
    let reader = try SoundFileReader(path: url.path)
    #expect(reader.frames == 7_349)
    #expect(reader.format.rate == 48_000)
    let original = try SoundFileReader(path: fixtures.appendingPathComponent("tabla.wav").path)
    let expected = try original.window(from: 0, count: 7_349, rate: 48_000, channels: 1)
    #expect(signalToNoise(try decoded(url), expected) >= 25)
  }

  @Test func formatsHaveNames() throws {
    let named = try ["wav", "ogg", "mp3"].map {
      let url = fixtures.appendingPathComponent("tabla.\($0)")
      let format = try SoundFileReader(path: url.path).format
      return "\(format.container), \(format.encoding)"
    }
    #expect(named[0] == "WAV, Signed 16 bit PCM")
    #expect(named[1].hasSuffix("Vorbis"))
    #expect(named[2].hasSuffix("MPEG Layer III"))
    #expect(AudioModality.codecs.contains("FLAC"))
    #expect(AudioModality.codecs.contains("MP3"))
  }

  @Test func aFolderOfAllFormatsIsOneDataSet() throws {
    let audio = try plainAudio(rate: 44_100, length: 4_096)
    let data = try audio.dataset(at: fixtures)
    let sources = (0..<data.count).map(data.source)
    #expect(sources == ["aiff", "flac", "mp3", "ogg", "opus", "wav"].map { "tabla.\($0)" })
    #expect(data.rejected.isEmpty)
  }
}
