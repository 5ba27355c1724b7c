import Core

/// What a network's output stands for, with the names of Hugging Face diffusers.
public enum PredictionType: String, NamedChoice {
  /// The noise ε.
  case epsilon
  /// The clean signal x0.
  case sample
  /// v = alpha·ε − sigma·x0 (Salimans and Ho, "Progressive Distillation", 2022, section 4).
  case velocity = "v_prediction"
}
