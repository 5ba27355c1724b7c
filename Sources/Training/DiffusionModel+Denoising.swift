import Core
import Diffusion
import Schedules
import Tensors

extension DiffusionModel {
  /// Recordings without their noise, by the chain that `sampling` describes.
  ///
  /// - Parameters:
  ///   - recording: [batch, channels] + extents, each item with an RMS of about 1; any extent.
  ///   - sampling: the model's own configuration when nil.
  ///   - items: the number of each recording under `seed`, from which its noise follows.
  /// - Returns: the shape of `recording`.
  /// - Throws: `StirError.Code.configuration` for a model of another task.
  public func denoise(
    _ recording: Tensor, sampling: SamplingConfiguration? = nil, seed: UInt64, items: Range<Int>
  ) throws -> Tensor {
    guard configuration.task == .denoise else {
      throw StirError(
        .configuration,
        "this model makes new items; a denoiser comes from stir train --task denoise, and any model "
          + "of noise-free recordings denoises with stir denoise --prior")
    }
    let sampling = sampling ?? configuration.sampling
    let ladder = try sampling.ladder(of: table)
    let denoise = sampling.clipped(
      NetworkDenoiser(
        network, configuration.objective.parameterization, recording: recording))
    let noise = try BatchNoise(
      seed: seed, items: items, shape: Array(recording.shape.dropFirst()), device: network.device)
    return try withoutGradient {
      let start = try configuration.denoising.noise(noise.next(), recording: recording)
      return try sampling.makeSampler().sample(
        denoise, from: ladder.start.pureNoise(start), along: ladder, noise: noise.next)
    }
  }
}
