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
  /// So every sample is the mean of two estimates, which is nearer to the truth than either.
  var overlap: Int { window / 2 }

  /// Each channel at an RMS of 1, as in training, and back at its own; as it is and with its sign
  /// turned, for sound has no polarity, and the mean of both.
  ///
  /// Channels draw the same noise, which keeps a stereo image in place.
  func callAsFunction(_ channels: [[Float]], number: Int) throws -> [[Float]] {
    try channels.map { recording in
      let level = recording.rms
      guard level > 0 else { return recording }
      let count = recording.count
      let both = recording.map { $0 / level } + recording.map { -$0 / level }
      let denoised = try model.denoise(
        Tensor(both, shape: [2, 1, count]).to(device: model.network.device), sampling: sampling,
        seed: seed, items: (2 * number)..<(2 * number + 2)
      ).floats()
      return (0..<count).map { level / 2 * (denoised[$0] - denoised[count + $0]) }
    }
  }
}
