import Core
import Diffusion
import Modality
import Tensors
import Training

/// A model that was trained to denoise, at work on windows of the length that it was trained on.
struct ModelDenoiser: WindowDenoiser {
  let model: DiffusionModel
  let sampling: SamplingConfiguration
  let seed: UInt64
  let sampleRate: Int

  var window: Int { model.layout.extents[0] }
  var overlap: Int { window / 4 }

  /// Each channel at an RMS of 1, as in training, and back at its own.
  ///
  /// Channels that are denoised one by one draw the same noise, which keeps a stereo image in place.
  func callAsFunction(_ channels: [[Float]], number: Int) throws -> [[Float]] {
    try channels.map { recording in
      let level = recording.rms
      guard level > 0 else { return recording }
      let x = try Tensor(recording.map { $0 / level }, shape: [1, 1, recording.count])
      return try model.denoise(
        x.to(device: model.network.device), sampling: sampling, seed: seed,
        items: number..<(number + 1)
      ).floats().map { $0 * level }
    }
  }
}
