import Audio
import Modality
import Signal

extension ModalityRegistry {
  /// The modalities that come with stir.
  public static let builtIn = ModalityRegistry([
    ModalityKind(AudioModality.self), ModalityKind(SignalModality.self),
  ])
}
