import Core
import Diffusion
import Foundation
import Schedules
import Tensors
import TestSupport
import Testing

@Suite struct SamplingConfigurationTests {
  /// The keys and names of Hugging Face diffusers where the meaning is equal.
  @Test func keys() throws {
    #expect(
      try JSONValue(encoding: SamplingConfiguration()).text()
        == #"{"clip_sample_range":1,"clipping":"none","eta":0,"guidance_rescale":0,"#
        + #""guidance_scale":1,"guidance_sigma_max":1000000000,"guidance_sigma_min":0,"#
        + #""lower_order_final":true,"#
        + #""num_inference_steps":50,"rho":7,"s_churn":0,"s_noise":1,"s_tmax":1000000000,"#
        + #""s_tmin":0,"sampler":"ddim","sigma_max":0,"sigma_min":0,"sigmas":[],"solver_order":2,"#
        + #""timestep_spacing":"trailing","variance_type":"fixed_small"}"#)
    #expect(
      SamplerName.allCases.map(\.rawValue) == [
        "ddpm", "ddim", "euler", "heun", "euler_ancestral", "dpm_solver_2m", "dpm_solver_2m_sde",
        "dpm_solver_3m", "unipc", "pndm", "lcm", "flow_euler", "flow_heun", "flow_rk4",
      ])
    #expect(
      SamplingConfiguration.Spacing.allCases.map(\.rawValue)
        == (TimestepSpacing.allCases.map(\.rawValue) + SigmaSpacing.allCases.map(\.rawValue)))
    #expect(
      SamplingConfiguration.Clipping.allCases.map(\.rawValue) == ["none", "fixed", "dynamic"])
  }

  @Test func roundTrip() throws {
    var configuration = SamplingConfiguration()
    (configuration.sampler, configuration.steps, configuration.spacing) = (.ddpm, 7, .leading)
    (configuration.eta, configuration.variance) = (0.25, .fixedLarge)
    (configuration.clipping, configuration.clipBound) = (.dynamic, 0.5)
    let tree = try JSONValue(encoding: configuration)
    #expect(try SamplingConfiguration(overriding: tree) == configuration)
  }

  @Test func unknownKey() throws {
    try expectError(.configuration, containing: "sampling.num_steps", "unknown key") {
      _ = try SamplingConfiguration(
        overriding: .object(["num_steps": .integer(3)]), at: "sampling")
    }
    try expectError(.configuration, containing: "sampler", "ddmp", "ddpm, ddim") {
      _ = try SamplingConfiguration(overriding: .object(["sampler": .string("ddmp")]))
    }
  }

  @Test func makesTheSamplerItNames() throws {
    var configuration = SamplingConfiguration()
    (configuration.eta, configuration.variance) = (0.25, .fixedLarge)
    #expect(try configuration.makeSampler() == .ddim(eta: 0.25))
    configuration.sampler = .ddpm
    #expect(try configuration.makeSampler() == .ddpm(variance: .fixedLarge))
    (configuration.solverOrder, configuration.lowerOrderFinal) = (3, false)
    (configuration.churn, configuration.churnMin, configuration.churnMax) = (4, 0.05, 50)
    configuration.churnNoise = 1.003
    let churn = Churn(4, range: 0.05...50, noise: 1.003)
    let expected: [SamplerName: Sampler] = [
      .euler: .euler(churn: churn), .heun: .heun(churn: churn),
      .eulerAncestral: .eulerAncestral(eta: 1), .dpmSolver2M: .dpmSolver2M(lowerOrderFinal: false),
      .dpmSolver2MSDE: .dpmSolver2MSDE(lowerOrderFinal: false),
      .dpmSolver3M: .dpmSolver3M(lowerOrderFinal: false),
      .unipc: .unipc(order: 3, lowerOrderFinal: false), .pndm: .pndm, .lcm: .lcm,
      .flowEuler: .flowEuler, .flowHeun: .flowHeun, .flowRK4: .flowRK4,
    ]
    for (name, sampler) in expected {
      configuration.sampler = name
      #expect(try configuration.makeSampler() == sampler)
    }
  }

  @Test func makesTheLadderItNames() throws {
    let table = try NoiseSchedule.linear.table()
    var configuration = SamplingConfiguration()
    configuration.steps = 7
    for spacing in TimestepSpacing.allCases {
      configuration.spacing = try .init(named: spacing.rawValue)
      #expect(
        try configuration.ladder(of: table) == table.ladder(steps: 7, spacing: spacing))
    }
    for spacing in SigmaSpacing.allCases {
      configuration.spacing = try .init(named: spacing.rawValue)
      (configuration.sigmaMin, configuration.sigmaMax) = (0, 0)
      #expect(
        try configuration.ladder(of: table) == table.ladder(steps: 7, spacing: spacing))
      (configuration.sigmaMin, configuration.sigmaMax, configuration.rho) = (0.1, 20, 5)
      let ladder = try configuration.ladder(of: table)
      let other = try table.ladder(
        steps: 7, spacing: spacing, sigmaMin: 0.1, sigmaMax: 20, rho: 5)
      #expect(ladder == other)
    }
    configuration.sigmas = [9, 3, 0.2]
    #expect(try configuration.ladder(of: table) == table.ladder(sigmas: [9, 3, 0.2]))
  }

  @Test(arguments: [
    #"{"s_churn": -1}"#, #"{"s_tmin": -1}"#, #"{"s_tmax": -1}"#, #"{"s_noise": -1}"#,
    #"{"solver_order": 0}"#, #"{"solver_order": 4}"#,
  ])
  func rejectsSettings(text: String) throws {
    let tree = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    let configuration = try SamplingConfiguration(overriding: tree)
    let key = String(text.split(separator: "\"")[1])
    try expectError(.configuration, containing: key, "expected") {
      _ = try configuration.makeSampler()
    }
  }

  @Test(arguments: [-0.01, 1.01, .infinity, .nan]) func rejectsEta(eta: Double) throws {
    var configuration = SamplingConfiguration()
    configuration.eta = eta
    try expectError(.configuration, containing: "eta is \(eta)", "0 to 1") {
      _ = try configuration.makeSampler()
    }
  }

  @Test(arguments: [0, -1, .nan]) func rejectsBound(bound: Double) throws {
    var configuration = SamplingConfiguration()
    configuration.clipBound = bound
    try expectError(.configuration, containing: "clip_sample_range is \(bound)", "more than 0") {
      _ = try configuration.makeSampler()
    }
  }

  @Test(arguments: [0.0, 1]) func admitsEtasEnds(eta: Double) throws {
    var configuration = SamplingConfiguration()
    configuration.eta = eta
    #expect(try configuration.makeSampler() == .ddim(eta: eta))
  }

  /// 0, 1, … 10 with a bound of 2: the dynamic threshold's quantile 0.995 lies at 9.95.
  @Test func wrapsTheDenoiser() throws {
    let values = (0...10).map(Double.init)
    let x = try Tensor(values, shape: [1, 1, 11])
    var configuration = SamplingConfiguration()
    configuration.clipBound = 2
    func estimate(_ clipping: SamplingConfiguration.Clipping) throws -> [Double] {
      configuration.clipping = clipping
      let denoiser = configuration.clipped(IdentityDenoiser())
      return try denoiser.callAsFunction(x, at: NoiseLevel(logSNR: 0)).doubles()
    }
    #expect(try estimate(.none) == values)
    #expect(try estimate(.fixed) == values.map { min($0, 2) })
    expectClose(try estimate(.dynamic), values.map { min($0, 9.95) / 9.95 * 2 }, rtol: 1e-12)
  }

  /// The named samplers are the functions of the same name.
  @Test func dispatch() throws {
    let ladder = try NoiseSchedule.cosine.table().ladder(steps: 6, spacing: .trailing)
    let gaussian = GaussianDenoiser(mean: 0.3, deviation: 0.5)
    let x = try normal([1, 1, 6], seed: 1)
    func noise() throws -> () throws -> Tensor { try normals(x.shape, seed: 2) }
    func sampled(_ sampler: Sampler) throws -> [Double] {
      try sampler.sample(gaussian, from: x, along: ladder, noise: noise()).doubles()
    }
    for eta in [0, 0.5, 1] {
      let direct = try ddim(gaussian, from: x, along: ladder, eta: eta, noise: noise())
      #expect(try sampled(.ddim(eta: eta)) == direct.doubles())
    }
    for variance in PosteriorVariance.allCases {
      let direct = try ddpm(gaussian, from: x, along: ladder, variance: variance, noise: noise())
      #expect(try sampled(.ddpm(variance: variance)) == direct.doubles())
    }
    #expect(Set(try samplers.map(sampled)).count == samplers.count)
  }
}
