/// The noise levels of the T timesteps of a ``NoiseSchedule``; timestep 0 is the cleanest.
///
/// Made by ``NoiseSchedule/table(for:)``, so ᾱ falls strictly and no level is clean.
public struct NoiseTable: Sendable {
  /// The level of each timestep, on ``path``.
  public let levels: [NoiseLevel]
  public let path: ProcessPath

  init(levels: [NoiseLevel], path: ProcessPath) {
    self.levels = levels
    self.path = path
  }

  /// ᾱ_t of each timestep, strictly falling; for every path, that of the same ratio of signal to
  /// noise.
  public var alphasCumprod: [Double] { levels.map { $0.noiseLevel * $0.noiseLevel } }

  /// β_t of each timestep, the variance that it adds on the variance-preserving path.
  public var betas: [Double] {
    let chain = levels.map { $0.on(.variancePreserving) }
    return zip(chain, [.clean] + chain).map { Transition(from: $0, to: $1).varianceTS }
  }

  /// T, the number of timesteps.
  public var count: Int { levels.count }

  /// The level of `timestep`, in 0..<T.
  public func level(at timestep: Int) -> NoiseLevel { levels[timestep] }

  /// The level of `timestep`, in 0..<T.
  public subscript(timestep: Int) -> NoiseLevel { level(at: timestep) }
}

extension NoiseTable {
  /// A level between two neighbours of the table, √ᾱ running evenly from l_s to l_{s−1}.
  ///
  /// With l_0 = 1 and l_s = √ᾱ_{s−1}; a uniform segment and a uniform fraction give the levels that
  /// WaveGrad trains on.
  ///
  /// - Parameters:
  ///   - segment: s in 1...T.
  ///   - fraction: in 0...1; 0 gives l_s, 1 gives the cleaner l_{s−1}.
  ///
  /// Reference: Chen et al., "WaveGrad" (2020), Algorithm 1.
  public func continuousLevel(segment: Int, fraction: Double) -> NoiseLevel {
    precondition((1...count).contains(segment), "segment \(segment) is not in 1...\(count)")
    precondition((0...1).contains(fraction), "fraction \(fraction) is not in 0...1")
    let noisier = levels[segment - 1].oneMinusNoiseLevel
    let cleaner = segment == 1 ? 0 : levels[segment - 2].oneMinusNoiseLevel
    return NoiseLevel(oneMinusNoiseLevel: noisier * (1 - fraction) + cleaner * fraction).on(path)
  }

  /// The fractional timestep whose √ᾱ, interpolated between neighbours, is that of `level`.
  ///
  /// - Returns: a value in 0...T−1; levels beyond either end of the table give that end.
  ///
  /// Reference: Kong et al., "DiffWave" (2021), appendix B, "t_align".
  public func timestep(of level: NoiseLevel) -> Double {
    let wanted = level.oneMinusNoiseLevel
    // The first timestep that is noisier than wanted, by bisection.
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if levels[middle].oneMinusNoiseLevel > wanted { high = middle } else { low = middle + 1 }
    }
    guard low > 0 else { return 0 }
    guard low < count else { return Double(count - 1) }
    let cleaner = levels[low - 1].oneMinusNoiseLevel
    let noisier = levels[low].oneMinusNoiseLevel
    return Double(low - 1) + (wanted - cleaner) / (noisier - cleaner)
  }
}
