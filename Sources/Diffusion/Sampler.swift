import Schedules
import Tensors

/// A sampler by name, with its settings; each case is the function of its name.
public enum Sampler: Hashable, Sendable {
  case ddpm(variance: PosteriorVariance = .fixedSmall)
  case ddim(eta: Double = 0)
  case euler(churn: Churn = .none)
  case heun(churn: Churn = .none)
  case eulerAncestral(eta: Double = 1)
  case dpmSolver2M(lowerOrderFinal: Bool = true)
  case dpmSolver2MSDE(lowerOrderFinal: Bool = true)
  case dpmSolver3M(lowerOrderFinal: Bool = true)
  case unipc(order: Int = 2, lowerOrderFinal: Bool = true)
  case pndm
  case lcm
  case flowEuler
  case flowHeun
  case flowRK4

  /// Walks `ladder` with `denoise`, from the state `x` at its start.
  ///
  /// - Parameters:
  ///   - noise: fresh normal noise in the shape of `x`, for samplers that draw some.
  ///   - progress: called after each step with the number of steps done; what it throws ends the walk.
  /// - Returns: the state at the end of the ladder.
  /// - Throws: `StirError.Code.configuration` when the sampler cannot walk the ladder.
  public func sample(
    _ denoise: some Denoiser, from x: Tensor, along ladder: Ladder, noise: () throws -> Tensor,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> Tensor {
    switch self {
    case .ddpm(let variance):
      try Diffusion.ddpm(
        denoise, from: x, along: ladder, variance: variance, noise: noise, progress: progress)
    case .ddim(let eta):
      try Diffusion.ddim(
        denoise, from: x, along: ladder, eta: eta, noise: noise, progress: progress)
    case .euler(let churn):
      try Diffusion.euler(
        denoise, from: x, along: ladder, churn: churn, noise: noise, progress: progress)
    case .heun(let churn):
      try Diffusion.heun(
        denoise, from: x, along: ladder, churn: churn, noise: noise, progress: progress)
    case .eulerAncestral(let eta):
      try Diffusion.eulerAncestral(
        denoise, from: x, along: ladder, eta: eta, noise: noise, progress: progress)
    case .dpmSolver2M(let isLowered):
      try Diffusion.dpmSolver2M(
        denoise, from: x, along: ladder, lowerOrderFinal: isLowered, progress: progress)
    case .dpmSolver2MSDE(let isLowered):
      try Diffusion.dpmSolver2MSDE(
        denoise, from: x, along: ladder, lowerOrderFinal: isLowered, noise: noise,
        progress: progress)
    case .dpmSolver3M(let isLowered):
      try Diffusion.dpmSolver3M(
        denoise, from: x, along: ladder, lowerOrderFinal: isLowered, progress: progress)
    case .unipc(let order, let isLowered):
      try Diffusion.unipc(
        denoise, from: x, along: ladder, order: order, lowerOrderFinal: isLowered,
        progress: progress)
    case .pndm: try Diffusion.pndm(denoise, from: x, along: ladder, progress: progress)
    case .lcm: try Diffusion.lcm(denoise, from: x, along: ladder, noise: noise, progress: progress)
    case .flowEuler: try Diffusion.flowEuler(denoise, from: x, along: ladder, progress: progress)
    case .flowHeun: try Diffusion.flowHeun(denoise, from: x, along: ladder, progress: progress)
    case .flowRK4: try Diffusion.flowRK4(denoise, from: x, along: ladder, progress: progress)
    }
  }
}
