import Audio
import Foundation
import Modality
import TestSupport
import Testing

@Suite struct SpectrogramTests {
  @Test func aSineReadsItsAmplitudeAtItsBin() {
    // 1000 Hz is bin 32 of 256 at 8 kHz.
    let samples = sine(1_000, amplitude: 0.7, count: 8_000)
    let transform = Spectrogram(samples, sampleRate: 8_000, windowLength: 256, hop: 100)
    #expect(transform.frames == 81)
    #expect(transform.bins == 129)
    #expect(transform.frequency(ofBin: 32) == 1_000)
    #expect(transform.time(ofFrame: 80) == 1)
    for frame in 5..<75 {
      #expect(abs(transform[frame, 32] - 0.7) < 1e-4)
      // The Hann window has half its height one bin away, and nothing three bins away.
      #expect(abs(transform[frame, 33] - 0.35) < 1e-4)
      #expect(transform[frame, 35] < 1e-4)
    }
  }

  @Test func aConstantReadsItsValueAtZero() {
    let transform = Spectrogram(
      [Float](repeating: 0.3, count: 1_000), sampleRate: 8_000, windowLength: 64, hop: 50)
    #expect(abs(transform[10, 0] - 0.3) < 1e-5)
  }

  @Test func aClickStandsWhereItIs() {
    var samples = [Float](repeating: 0, count: 1_000)
    samples[500] = 1
    let transform = Spectrogram(samples, sampleRate: 8_000, windowLength: 64, hop: 10)
    let strengths = (0..<transform.frames).map { transform[$0, 10] }
    #expect(strengths.firstIndex(of: strengths.max() ?? 0) == 50)
    #expect(strengths[40] == 0)
  }

  @Test func whatIsShortEmptyOrNoNumberHasASpectrum() {
    #expect(Spectrogram([], sampleRate: 8_000, windowLength: 64, hop: 10).frames == 1)
    let odd = Spectrogram([.nan, .infinity, 1], sampleRate: 8_000, windowLength: 64, hop: 1)
    #expect(odd.frames == 4)
    #expect(odd.magnitudes.allSatisfy { $0.isFinite })
  }
}

@Suite struct PreviewTests {
  /// Bright pixels of the spectrogram's rectangle, by row.
  private func brightRows(_ picture: Picture) -> [Int] {
    (148..<436).filter { picture[400, $0].red > 200 }
  }

  @Test func aToneIsALineAtItsHeight() throws {
    let audio = try plainAudio(length: 8_000)
    let picture = try audio.preview(Item(shape: [1, 8_000], values: sine(1_000, count: 8_000)))
    #expect(picture.width == 900)
    #expect(picture.height == 480)
    // A quarter of the axis from 0 to 4 kHz.
    let rows = brightRows(picture)
    let centre = Double(rows.reduce(0, +)) / Double(max(1, rows.count))
    #expect(abs(centre - (436 - 288 / 4)) < 3)
    #expect(rows.count < 20)
  }

  @Test func theWaveformReachesItsAmplitude() throws {
    let audio = try plainAudio(length: 8_000)
    let picture = try audio.preview(Item(shape: [1, 8_000], values: sine(1_000, count: 8_000)))
    let wave = Picture.Color(114, 31, 129)
    let rows = (12..<133).filter { picture[400, $0] == wave }
    #expect(rows.first.map { abs($0 - 42) <= 1 } == true)
    #expect(rows.last.map { abs($0 - 102) <= 1 } == true)
  }

  @Test(arguments: [0, 1, 2, 100, 831, 833, 50_000])
  func anyLengthIsDrawn(count: Int) throws {
    let audio = try plainAudio(length: 8_000, channels: 2)
    _ = try audio.preview(Item(shape: [2, count], values: noise(2 * count)))
  }

  @Test func silenceIsDarkAndOddValuesDoNotStopIt() throws {
    let audio = try plainAudio(length: 1_000)
    let silence = try audio.preview(
      Item(shape: [1, 1_000], values: [Float](repeating: 0, count: 1_000)))
    #expect(brightRows(silence).isEmpty)
    let odd: [Float] = (0..<1_000).map { $0 % 3 == 0 ? .nan : $0 % 3 == 1 ? .infinity : 1e30 }
    _ = try audio.preview(Item(shape: [1, 1_000], values: odd))
    #expect(
      failure { _ = try audio.preview(Item(shape: [2, 500], values: odd)) }.code == .invalidData)
  }
}
