import Core
import Foundation
import Modality
import Networks
import Tensors
import Training

/// The denoiser that a model file holds.
///
/// - Parameter seed: of what is random in denoising.
/// - Throws: `StirError.Code.missingInput` or `.invalidData` for a file that is no model, or a model
///   that does not denoise.
public func windowDenoiser(
  model url: URL, seed: UInt64, registry: ModalityRegistry, device: Device, precision: Precision?
) throws -> any WindowDenoiser {
  _ = try DiffusionModel.describe(url)
  throw StirError(
    .invalidData,
    "\(url.path) makes new items and does not denoise; give --model a model that was trained to denoise"
  )
}
