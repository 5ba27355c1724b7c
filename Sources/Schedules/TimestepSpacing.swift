import Core

/// Which N of the T timesteps a sampler visits, with the names of Hugging Face diffusers.
///
/// For few steps take `trailing`: with `quadratic`, it always begins at the noisiest timestep.
/// `leading` begins one stride below it, and with a single step, as `linspace`, at timestep 0.
///
/// Reference: Lin et al., "Common Diffusion Noise Schedules and Sample Steps are Flawed" (2023),
/// table 2.
public enum TimestepSpacing: String, NamedChoice {
  /// Multiples of T / N rounded down, from 0, plus an offset: 800, 600, 400, 200, 0.
  case leading
  /// Strides of T/N down from T − 1: 999, 799, 599, 399, 199.
  case trailing
  /// Both ends and evenly between: 999, 749, 500, 250, 0. Halves round to even.
  case linspace
  /// c·i² rounded, with c for both ends, and each above the one before: 999, 562, 250, 62, 0.
  ///
  /// Reference: Song et al., "Denoising Diffusion Implicit Models" (2021), appendix D.2.
  case quadratic

  /// The timesteps in the order of sampling, strictly falling, each in 0..<`count`.
  ///
  /// - Parameters:
  ///   - steps: N in 1...`count`.
  ///   - count: T, the number of training timesteps.
  ///   - offset: what `leading` adds to each timestep (`steps_offset`); 0 for the others.
  /// - Throws: `StirError.Code.configuration` when N or the offset does not fit.
  public func timesteps(steps: Int, of count: Int, offset: Int = 0) throws -> [Int] {
    guard count >= 1, (1...count).contains(steps) else {
      throw StirError(
        .configuration,
        "steps: expected 1...\(count), the number of training timesteps, found \(steps); "
          + "ask for a number in that range")
    }
    let stride = count / steps
    let room = self == .leading ? count - 1 - (steps - 1) * stride : 0
    guard (0...room).contains(offset) else {
      throw StirError(
        .configuration,
        "steps_offset: expected 0...\(room) for \(rawValue) spacing with \(steps) of \(count) "
          + "timesteps, found \(offset); lower it, or take fewer steps with leading spacing")
    }
    switch self {
    case .leading:
      return (0..<steps).reversed().map { $0 * stride + offset }
    case .trailing:
      // The stride is rounded as `numpy.arange` rounds it, which decides where a half falls.
      let start = Double(count)
      let step = (start - start / Double(steps)) - start
      return (0..<steps).map { i in
        Int((start + Double(i) * step).rounded(.toNearestOrEven)) - 1
      }
    case .linspace:
      return Schedules.linspace(0, Double(count - 1), count: steps).reversed().map {
        Int($0.rounded(.toNearestOrEven))
      }
    case .quadratic:
      let c = Double(count - 1) / Double(max(steps - 1, 1) * max(steps - 1, 1))
      var timesteps: [Int] = []
      for i in 0..<steps {
        // Alone, a step begins in noise.
        let wanted = steps == 1 ? count - 1 : Int((c * Double(i * i)).rounded(.toNearestOrEven))
        timesteps.append(max(wanted, timesteps.last.map { $0 + 1 } ?? 0))
      }
      return timesteps.reversed()
    }
  }
}
