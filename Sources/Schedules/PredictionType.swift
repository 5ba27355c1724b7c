import Core

/// What a network's output stands for, with the names of Hugging Face diffusers.
public enum PredictionType: String, NamedChoice {
  /// The noise ε.
  case epsilon
  /// The clean signal x0.
  case sample
  /// v = alpha·ε − sigma·x0 (Salimans and Ho, "Progressive Distillation", 2022, section 4).
  case velocity = "v_prediction"
  /// u = ε − x0, the velocity of the straight path (Liu et al., "Rectified Flow", 2022, eq. 1, with
  /// noise at t = 1).
  case flow
  /// F, the output of a preconditioned network (Karras et al., "EDM", 2022, eq. 7).
  case edm
}
