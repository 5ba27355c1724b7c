import Audio
import Image
import Modality
import Signal

extension ModalityRegistry {
  /// The modalities that come with stir.
  public static let builtIn = ModalityRegistry([
    ModalityKind(AudioModality.self), ModalityKind(ImageModality.self),
    ModalityKind(SignalModality.self),
  ])
}
