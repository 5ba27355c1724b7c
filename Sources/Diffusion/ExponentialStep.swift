import Foundation
import Schedules
import Tensors

/// A step of the sampling ODE in λ = ln(alpha/sigma), where all but the x0 estimate is solved
/// exactly:
///
/// x_s = sigma_s/sigma_t·x_t + alpha_s·∫₀ʰ e^(τ−h)·x0(λ_t + τ) dτ, h = λ_s − λ_t.
///
/// What a solver chooses is the curve x0(λ): a polynomial through estimates that it has. Places on
/// the λ axis are counted in h from the step's start: 0 is λ_t, 1 is λ_s, estimates of earlier steps
/// lie below 0.
///
/// Reference: Lu et al., "DPM-Solver++: Fast Solver for Guided Sampling of Diffusion Probabilistic
/// Models" (2022), proposition 4.1.
struct ExponentialStep {
  private let step: LadderStep
  /// h, the length of the step in λ.
  private let h: Double

  init(_ step: LadderStep) {
    self.step = step
    h = (step.next.logSNR - step.level.logSNR) / 2
  }

  /// Whether places on the λ axis have a meaning: not from noise alone, to clean, or to the same
  /// level. Elsewhere one estimate must do.
  var isRegular: Bool { h > 0 && h < .infinity }

  /// The place of `level`.
  func place(of level: NoiseLevel) -> Double { (level.logSNR - step.level.logSNR) / 2 / h }

  /// x_s, with the integral as a weighted sum of estimates.
  func callAsFunction(_ x: Tensor, _ estimates: [Tensor], weights: [Double]) throws -> Tensor {
    try zip(estimates, weights).reduce(x * (step.next.sigma / step.level.sigma)) {
      try $0 + $1.0 * (step.next.alpha * $1.1)
    }
  }

  /// The integral for x0 ≡ 1: 1 − e^(−h).
  private var total: Double { -expm1(-h) }

  /// The weights for one estimate, held over the whole step.
  var constant: [Double] { [total] }

  /// The weights for the line through 0 and `place`, by its value in the middle of the step.
  ///
  /// It errs in the third order of h, as the line itself does.
  func midpoint(through place: Double) -> [Double] {
    let weight = total / (2 * place)
    return [total - weight, weight]
  }

  /// The weights for the polynomial through estimates at `places`, integrated exactly.
  func polynomial(through places: [Double]) -> [Double] {
    // ∫₀ʰ e^(τ−h)·(τ/h)^k dτ, by parts.
    var moments = [total]
    for k in 1..<max(places.count, 2) { moments.append(1 - Double(k) / h * moments[k - 1]) }
    return places.indices.map { i in
      // The coefficients of the polynomial that is 1 at places[i] and 0 at the others.
      var basis = [1.0]
      for j in places.indices where j != i {
        let scale = 1 / (places[i] - places[j])
        let raised = [0] + basis
        let kept = basis.map { $0 * -places[j] } + [0]
        basis = zip(raised, kept).map { ($0 + $1) * scale }
      }
      return zip(basis, moments).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }
}

extension Ladder {
  /// The order of step `i` of a multistep solver: how many estimates it may use.
  ///
  /// - Parameters:
  ///   - highest: the solver's order.
  ///   - isLoweredAtEnd: whether the order goes down to 1 over the last steps.
  func order(ofStep i: Int, highest: Int, isLoweredAtEnd: Bool) -> Int {
    guard ExponentialStep(self[i]).isRegular else { return 1 }
    // An estimate at noise alone has no place on the λ axis.
    let known = start.alpha > 0 ? i + 1 : i
    return Swift.min(highest, known, isLoweredAtEnd ? count - i : highest)
  }

  /// Below this many steps DPM-Solver++ takes lower orders at the end.
  static let shortestFullOrder = 15
}
