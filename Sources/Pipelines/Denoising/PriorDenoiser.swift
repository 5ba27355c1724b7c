import Audio
import Core
import Diffusion
import Foundation
import Modality
import Schedules
import Tensors
import Training

/// Any model of clean sound as a denoiser: a recording in white noise is a state of its chain, which
/// is entered where the recording stands and walked back.
///
/// With y = s + n, n white of deviation d, the recording scaled to the items' level is the state
/// x0 + σ·ε of the level σ = d·scale; so a chain from there with an exact denoiser ends in draws of
/// what the signal may have been, and in one step at its mean.
///
/// Reference: Sohl-Dickstein et al., "Deep Unsupervised Learning using Nonequilibrium
/// Thermodynamics" (2015), section 2.5; Kawar et al., "Stochastic Image Denoising by Sampling from the
/// Posterior Distribution" (2021).
struct PriorDenoiser: WindowDenoiser {
  let model: DiffusionModel
  let modality: AudioModality
  let sampling: SamplingConfiguration
  let seed: UInt64
  /// Signal to noise in dB, over a window; measured in each when nil.
  let snr: Double?

  var sampleRate: Int { modality.configuration.sampleRate }
  /// Long enough for pauses in which noise stands alone, in windows of the model that are denoised
  /// jointly.
  var window: Int { max(model.layout.extents[0], 4 * sampleRate) }
  var overlap: Int { window / 8 }

  func callAsFunction(_ channels: [[Float]], number: Int) throws -> [[Float]] {
    let denoise = try model.denoiser(sampling)
    let sampler = try sampling.makeSampler()
    return try channels.map { recording in
      let noise = deviation(of: recording)
      guard noise > 0 else { return recording }
      let scale = modality.scale(ofSignalIn: recording, noise: noise)
      let ladder = try sampling.ladder(of: model.table, entering: Double(noise * scale))
      let x = try Tensor(recording.map { $0 * scale }, shape: [1, 1, recording.count])
        .to(device: model.network.device)
      let draws = try BatchNoise(
        seed: seed, items: number..<(number + 1), shape: [1, recording.count],
        device: model.network.device)
      return try withoutGradient {
        try sampler.sample(
          denoise, from: x * ladder.start.alpha, along: ladder, noise: draws.next)
      }.floats().map { $0 / scale }
    }
  }

  private func deviation(of recording: [Float]) -> Float {
    guard let snr else { return whiteNoiseDeviation(of: recording, sampleRate: sampleRate) }
    return recording.rms * Float((1 / (1 + pow(10, snr / 10))).squareRoot())
  }
}
