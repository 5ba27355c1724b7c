import Core
import Diffusion
import Schedules
import Tensors
import TestSupport
import Testing

@Suite struct SamplingConfigurationTests {
  /// The keys and names of Hugging Face diffusers where the meaning is equal.
  @Test func keys() throws {
    #expect(
      try JSONValue(encoding: SamplingConfiguration()).text()
        == #"{"clip_sample_range":1,"clipping":"none","eta":0,"num_inference_steps":50,"#
        + #""sampler":"ddim","timestep_spacing":"trailing","variance_type":"fixed_small"}"#)
    #expect(SamplerName.allCases.map(\.rawValue) == ["ddpm", "ddim"])
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
