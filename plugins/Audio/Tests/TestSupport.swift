import Audio
import Foundation
import Modality
import TestSupport

extension TemporaryFolder {
  /// Writes interleaved samples to `name`, making its folders.
  @discardableResult
  func write(
    _ samples: [Float], to name: String, rate: Int = 8_000, channels: Int = 1,
    container: AudioConfiguration.Container = .wav, subtype: AudioConfiguration.Subtype = .pcm16
  ) throws -> URL {
    let url = self[name]
    try makeFolder(url.deletingLastPathComponent())
    let writer = try SoundFileWriter(
      path: url.path, rate: rate, channels: channels, container: container, subtype: subtype)
    try writer.write(samples)
    try writer.finish()
    return url
  }

  /// Keeps the first `count` bytes of `name`.
  func cut(_ name: String, to count: Int) throws {
    try Data(contentsOf: self[name]).prefix(count).write(to: self[name])
  }
}

let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .appendingPathComponent("Fixtures")

/// A sine of `frequency` Hz.
func sine(
  _ frequency: Double, amplitude: Double = 0.5, rate: Int = 8_000, count: Int, from start: Int = 0
) -> [Float] {
  (start..<(start + count)).map {
    Float(amplitude * sin(2 * .pi * frequency * Double($0) / Double(rate)))
  }
}

/// White noise in ±`amplitude`.
func noise(_ count: Int, amplitude: Float = 0.5, seed: UInt64 = 1) -> [Float] {
  var random = SplitMix64(seed: seed)
  return (0..<count).map { _ in Float.random(in: -amplitude...amplitude, using: &random) }
}

/// Audio that keeps levels as they are, and no cache.
func plainAudio(
  rate: Int = 8_000, length: Int, channels: Int = 1,
  _ change: (inout AudioConfiguration) -> Void = { _ in }
) throws -> AudioModality {
  var configuration = AudioConfiguration()
  configuration.sampleRate = rate
  configuration.length = length
  configuration.channels = channels
  configuration.normalize = .none
  change(&configuration)
  var audio = try AudioModality(configuration: configuration)
  audio.cacheFolder = nil
  return audio
}

/// All interleaved samples of a file.
func decoded(_ url: URL) throws -> [Float] {
  let reader = try SoundFileReader(path: url.path)
  var block = [Float](repeating: 0, count: 1_000 * reader.format.channels)
  var samples: [Float] = []
  while true {
    let frames = block.withUnsafeMutableBufferPointer { reader.read(into: $0) }
    if frames == 0 { return samples }
    samples += block.prefix(frames * reader.format.channels)
  }
}

/// The energy of `reference` over that of the difference, in dB.
func signalToNoise(_ estimate: [Float], _ reference: [Float]) -> Double {
  let signal = reference.reduce(0.0) { $0 + Double($1) * Double($1) }
  let difference = zip(estimate, reference).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }
  return 10 * log10(signal / difference)
}
