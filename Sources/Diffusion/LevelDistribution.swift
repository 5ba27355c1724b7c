import Core
import Foundation
import Schedules

/// How the noise levels that training sees are drawn.
public enum LevelDistribution: String, NamedChoice {
  /// A timestep of the schedule, each as likely (Ho et al. 2020, algorithm 1).
  case uniform
  /// √ᾱ evenly between the levels of a timestep, each as likely (WaveGrad, Chen et al. 2020,
  /// algorithm 1).
  case waveGrad = "wavegrad"
  /// As `wavegrad`, but any run of draws covers the timesteps evenly: the additive recurrence of
  /// the golden ratio, which needs to know nothing of the batch (cf. Kingma et al., "Variational
  /// Diffusion Models", 2021, appendix I.1).
  case stratified
  /// The timestep's place in 0...1 is the logistic function of a normal number with `logit_mean`
  /// and `logit_std` (Esser et al. 2024, eq. 19).
  case logitNormal = "logit_normal"
  /// ln(sigma/alpha) is a normal number with `p_mean` and `p_std` (Karras et al. 2022, table 1).
  case logNormal = "log_normal"
  /// The schedule's noisiest level alone: one step, so that where the chain starts at a recording
  /// this is regression.
  case noisiest
}

extension Objective {
  /// The level of training's `draw`-th item: a function of `seed` and `draw` alone.
  public func level(of draw: Int, seed: UInt64, in table: NoiseTable) -> NoiseLevel {
    var random = SplitMix64(seed: seed, UInt64(draw))
    switch levels {
    case .uniform:
      return table.level(at: Int.random(in: 0..<table.count, using: &random))
    case .waveGrad:
      let segment = Int.random(in: 1...table.count, using: &random)
      return table.continuousLevel(segment: segment, fraction: random.uniform())
    case .stratified:
      var start = SplitMix64(seed: seed)  // the same for every draw
      let golden = (5.0.squareRoot() - 1) / 2
      return table.level(atPlace: (start.uniform() + Double(draw) * golden).fraction)
    case .logitNormal:
      return table.level(atPlace: 1 / (1 + exp(-(logitMean + logitStd * random.normal()))))
    case .logNormal:
      let sigma = exp(pMean + pStd * random.normal())
      return NoiseLevel(alpha: 1, sigma: sigma).on(table.path)
    case .noisiest:
      return table.level(at: table.count - 1)
    }
  }
}

extension NoiseTable {
  /// The level at a place from 0, clean, to 1, the noisiest, √ᾱ running evenly between timesteps.
  fileprivate func level(atPlace place: Double) -> NoiseLevel {
    let position = place * Double(count)
    let segment = min(count, Int(position) + 1)
    return continuousLevel(
      segment: segment, fraction: min(1, max(0, Double(segment) - position)))
  }
}

extension Double {
  fileprivate var fraction: Double { self - rounded(.down) }
}
