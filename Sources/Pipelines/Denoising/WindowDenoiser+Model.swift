import Audio
import Core
import Foundation
import Modality
import Networks
import Tensors
import Training

/// How a model is to denoise.
public struct DenoiserRequest {
  /// The model file.
  public var model: URL
  /// Takes a model of clean sound as the prior, instead of one that was trained to denoise.
  public var isPrior = false
  /// With a prior, the ratio of signal to noise in dB; measured when nil.
  public var snr: Double?
  /// `sampling` keys set over the model's, as `key.path=value`.
  public var settings: [String] = []
  /// Of what is random in denoising.
  public var seed: UInt64 = 0

  public init(model: URL) { self.model = model }

  /// The denoiser that is asked for.
  /// - Throws: `StirError.Code.missingInput` or `.invalidData` for a file that is no model, and
  ///   `.configuration` for a model that is for something else.
  public func denoiser(
    registry: ModalityRegistry, device: Device, precision: Precision?
  ) throws -> any WindowDenoiser {
    let model = try DiffusionModel(contentsOf: model, device: device)
    if let precision { model.network.use(precision) }
    let sampling = try Recipe.load(nil, settings: settings, over: model.configuration).sampling
    let modality = try registry.modality(of: model.configuration)
    guard let audio = modality as? AudioModality, model.layout.channels == 1 else {
      throw StirError(
        .configuration,
        "\(self.model.path) is a model of \(modality.identifier) items of \(model.layout.shape); "
          + "recordings are denoised by models of audio with one channel")
    }
    switch (isPrior, model.configuration.task) {
    case (false, .denoise):
      return ModelDenoiser(
        model: model, sampling: sampling, seed: seed, sampleRate: audio.configuration.sampleRate)
    case (true, .generate):
      return PriorDenoiser(
        model: model, modality: audio, sampling: sampling, seed: seed, snr: snr)
    case (false, .generate):
      throw StirError(
        .configuration,
        "\(self.model.path) makes new items and was not trained to denoise; with --prior it takes "
          + "white noise away as it is")
    case (true, .denoise):
      throw StirError(
        .configuration,
        "\(self.model.path) was trained to denoise; leave out --prior and --snr")
    }
  }
}
