import Audio
import Core
import Foundation
import TestSupport

@testable import Pipelines

/// A denoiser for tests: windows by a rule that is known.
struct TestDenoiser: WindowDenoiser {
  var sampleRate = 16_000
  var window = 4_096
  var overlap = 1_024
  var rule: (_ samples: [Float], _ number: Int) throws -> [Float] = { samples, _ in samples }

  func callAsFunction(_ channels: [[Float]], number: Int) throws -> [[Float]] {
    try channels.map { try rule($0, number) }
  }
}

extension DenoisingStream {
  /// All of `samples`, cut into pieces of `frames` frames, or each of another length.
  func denoise(_ samples: [Float], channels: Int = 1, pieces: [Int] = [1_000]) throws -> [Float] {
    var output: [Float] = []
    var at = 0
    var number = 0
    while at < samples.count {
      let end = min(samples.count, at + pieces[number % pieces.count] * channels)
      output += try push(Array(samples[at..<end]))
      (at, number) = (end, number + 1)
    }
    return try output + finish()
  }
}

/// `samples` denoised as one recording.
func denoised(
  _ samples: [Float], by denoiser: TestDenoiser = TestDenoiser(), rate: Int = 16_000,
  channels: Int = 1, mix: Double = 0, pieces: [Int] = [1_000]
) throws -> [Float] {
  try DenoisingStream(denoiser, rate: rate, channels: channels, mix: mix)
    .denoise(samples, channels: channels, pieces: pieces)
}

/// White noise in ±0.5, in which no sample is 0.
func noise(_ count: Int, seed: UInt64 = 1) -> [Float] {
  var random = SplitMix64(seed: seed)
  return (0..<count).map { _ in
    Float.random(in: 0.01...0.5, using: &random) * (Bool.random(using: &random) ? 1 : -1)
  }
}

func sine(_ frequency: Double, amplitude: Double = 0.5, rate: Int, count: Int) -> [Float] {
  (0..<count).map { Float(amplitude * sin(2 * .pi * frequency * Double($0) / Double(rate))) }
}

/// All interleaved samples of a file.
func decoded(_ url: URL) throws -> [Float] { try samples(of: SoundFileReader(path: url.path)) }

func samples(of reader: SoundFileReader) -> [Float] {
  var block = [Float](repeating: 0, count: 1_000 * reader.format.channels)
  var samples: [Float] = []
  while true {
    let frames = block.withUnsafeMutableBufferPointer { reader.read(into: $0) }
    if frames == 0 { return samples }
    samples += block.prefix(frames * reader.format.channels)
  }
}

/// ``Denoising`` by a denoiser that is known.
func denoising(
  _ denoiser: TestDenoiser = TestDenoiser(), until interruption: Interruption? = nil
) -> Denoising {
  Denoising(
    denoiser, mix: 0, console: Console(quiet: true),
    interruption: interruption ?? Interruption(signals: []))
}

/// Writes interleaved samples as WAV, making its folders.
@discardableResult
func writeWAV(
  _ samples: [Float], to url: URL, rate: Int = 16_000, channels: Int = 1,
  subtype: AudioConfiguration.Subtype = .pcm16
) throws -> URL {
  try makeFolder(url.deletingLastPathComponent())
  let writer = try SoundFileWriter(
    path: url.path, rate: rate, channels: channels, container: .wav, subtype: subtype)
  try writer.write(samples)
  try writer.finish()
  return url
}
