/// Decides by how much a clip is scaled before a network sees it.
///
/// Goals, in this order: values stay within ±1, where samplers may clip; the loud part has about
/// the same RMS in every clip, so that one noise schedule suits all of them; a breath or a pause is
/// not blown up into noise.
struct Leveling: Sendable {
  /// The RMS that the loud part is brought to: peaks of most sounds then stay just below 1.
  static let target: Float = 0.25
  /// A clip is amplified at most this much more than its recording's loud part would be: 20 dB.
  static let mostBoost: Float = 10

  private let mode: AudioConfiguration.Normalization
  private let shared: Float

  /// - Parameter files: what a factor for all is drawn from, unless `typical_scale` is set.
  init(_ configuration: AudioConfiguration, files: [AudioFile]) {
    mode = configuration.normalize
    if configuration.typicalScale > 0 {
      shared = Float(configuration.typicalScale)
    } else {
      let loud = median(files.map(\.levels.loud)) ?? 0
      let peak = files.map(\.levels.peak).max() ?? 0
      shared = Leveling.factor(loud: loud, peak: peak)
    }
  }

  /// The factor for a clip with `levels` out of a recording with `whole`.
  func scale(of levels: Levels, in whole: Levels) -> Float {
    switch mode {
    case .clip:
      Leveling.factor(loud: max(levels.loud, whole.loud / Leveling.mostBoost), peak: levels.peak)
    case .dataset: shared
    case .none: 1
    }
  }

  /// The factor that brings `loud` to the target, or `peak` to 1 if that is less.
  private static func factor(loud: Float, peak: Float) -> Float {
    guard loud > 0 else { return 1 }
    return peak > 0 ? min(target / loud, 1 / peak) : target / loud
  }
}
