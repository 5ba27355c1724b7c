import Audio
import Foundation
import TestSupport
import Testing

@Suite struct WindowTests {
  @Test(arguments: [
    (44_100, 16_000), (8_000, 16_000), (192_000, 16_000), (11_025, 48_000), (16_000, 22_050),
  ])
  func aSineKeepsFrequencyAndAmplitude(source: Int, target: Int) throws {
    let folder = try TemporaryFolder()
    let url = try folder.write(
      sine(1_000, rate: source, count: source), to: "a.wav", rate: source, subtype: .float)
    let reader = try SoundFileReader(path: url.path)
    let made = try reader.window(from: 0, count: target, rate: target, channels: 1)
    let expected = sine(1_000, rate: target, count: target)
    // Away from the ends, where the silence around the file reaches into the filter.
    let inner = (target / 10)..<(target * 9 / 10)
    for n in inner { #expect(abs(made[n] - expected[n]) < 1e-4) }
    #expect(made.count == target)
  }

  @Test(arguments: [(44_100, 16_000), (8_000, 44_100), (192_000, 48_000), (48_000, 48_000)])
  func aStretchEqualsThatPartOfTheWhole(source: Int, target: Int) throws {
    let folder = try TemporaryFolder()
    let url = try folder.write(noise(source), to: "a.wav", rate: source, subtype: .float)
    let reader = try SoundFileReader(path: url.path)
    let whole = try reader.window(from: 0, count: target, rate: target, channels: 1)
    for start in [0, 1, 1_003, target / 2 + 7, target - 500] {
      let part = try reader.window(from: start, count: 500, rate: target, channels: 1)
      for n in 0..<500 { #expect(abs(part[n] - whole[start + n]) < 1e-5) }
    }
  }

  @Test func lengthsAreRoundedToTheNearestSample() throws {
    let format = try SoundFileReader(path: fixtures.appendingPathComponent("tabla.wav").path).format
    #expect(try SoundFileReader.frames(44_100, of: format, at: 16_000) == 16_000)
    // 7349.12 and 7346.94
    #expect(try SoundFileReader.frames(6_752, of: format, at: 48_000) == 7_349)
    #expect(try SoundFileReader.frames(6_750, of: format, at: 48_000) == 7_347)
    #expect(try SoundFileReader.frames(1 << 40, of: format, at: 44_100) == 1 << 40)
  }

  @Test func channelsMixRepeatOrStay() throws {
    let folder = try TemporaryFolder()
    let stereo = (0..<800).flatMap { [Float($0) / 1_000, -0.5 as Float] }
    let url = try folder.write(stereo, to: "a.wav", channels: 2, subtype: .float)
    let reader = try SoundFileReader(path: url.path)
    let mixed = try reader.window(from: 100, count: 2, rate: 8_000, channels: 1)
    #expect(abs(mixed[0] + 0.2) < 1e-7)
    #expect(abs(mixed[1] + 0.1995) < 1e-7)
    let kept = try reader.window(from: 100, count: 1, rate: 8_000, channels: 2)
    #expect(kept == [0.1, -0.5])
    let repeated = try reader.window(from: 100, count: 1, rate: 8_000, channels: 3)
    #expect(repeated == [0.1, -0.5, 0.1])
  }

  @Test func whatIsAfterTheEndIsSilent() throws {
    let folder = try TemporaryFolder()
    let url = try folder.write(noise(100), to: "a.wav", subtype: .float)
    let reader = try SoundFileReader(path: url.path)
    let window = try reader.window(from: 90, count: 30, rate: 8_000, channels: 1)
    #expect(window[..<10] == noise(100)[90...])
    #expect(window[10...].allSatisfy { $0 == 0 })
  }

  @Test func eightChannelsAt192kHzMixAndConvert() throws {
    let folder = try TemporaryFolder()
    let mono = sine(500, amplitude: 0.8, rate: 192_000, count: 192_000)
    // Channel c has the weight c / 4, and the mean of the weights is 0.875.
    let surround = mono.flatMap { sample in (0..<8).map { sample * Float($0) / 8 } }
    try folder.write(surround, to: "a.wav", rate: 192_000, channels: 8)
    let data = try plainAudio(rate: 16_000, length: 16_000).dataset(at: folder.url)
    #expect(data.count == 1)
    let item = try data.item(at: 0, seed: 1)
    let expected = sine(500, amplitude: 0.8 * 3.5 / 8, rate: 16_000, count: 16_000)
    for n in 1_600..<14_400 { #expect(abs(item.values[n] - expected[n]) < 1e-3) }
  }
}
