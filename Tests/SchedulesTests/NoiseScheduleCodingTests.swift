import Core
import Schedules
import TestSupport
import Testing

@Suite struct NoiseScheduleCodingTests {
  static let schedules: [NoiseSchedule] = [
    .linear, .cosine, .sigmoid, .waveGrad, .betas([0.1, 0.2]), PublishedScheduleTests.diffWave,
  ]

  @Test(arguments: schedules + seeds.map(randomSchedule))
  func roundTrip(schedule: NoiseSchedule) throws {
    let tree = try JSONValue(encoding: schedule)
    #expect(try tree.decoded() == schedule)
    #expect(try NoiseSchedule(overriding: tree) == schedule)
  }

  /// The keys and names of Hugging Face diffusers.
  @Test func keys() throws {
    #expect(
      try JSONValue(encoding: NoiseSchedule.cosine).text()
        == #"{"beta_end":0.02,"beta_schedule":"squaredcos_cap_v2","beta_start":0.0001,"#
        + #""num_train_timesteps":1000,"path":"variance_preserving","#
        + #""rescale_betas_zero_snr":false,"rho":7,"shift":1,"sigma_max":80,"#
        + #""sigma_min":0.002,"trained_betas":[]}"#)
    #expect(NoiseSchedule() == .cosine)
    #expect(
      BetaSchedule.allCases.map(\.rawValue) == [
        "linear", "squaredcos_cap_v2", "sigmoid", "wavegrad", "trained_betas",
      ])
    #expect(
      PredictionType.allCases.map(\.rawValue) == [
        "epsilon", "sample", "v_prediction", "flow", "edm",
      ])
    #expect(
      ProcessPath.allCases.map(\.rawValue)
        == ["variance_preserving", "variance_exploding", "flow"])
    #expect(PosteriorVariance.allCases.map(\.rawValue) == ["fixed_small", "fixed_large"])
    #expect(
      TimestepSpacing.allCases.map(\.rawValue) == ["leading", "trailing", "linspace", "quadratic"])
    #expect(SigmaSpacing.allCases.map(\.rawValue) == ["karras", "exponential"])
  }

  @Test func overridesLayOverTheDefault() throws {
    let schedule = try NoiseSchedule(
      overriding: .object([
        "beta_schedule": .string("linear"), "num_train_timesteps": .integer(50),
        "beta_end": .number(0.05),
      ]))
    #expect(schedule == PublishedScheduleTests.diffWave)
  }

  @Test func unknownNames() throws {
    try expectError(
      .configuration, containing: "beta_schedule", "squaredcos_cap_v3",
      "did you mean squaredcos_cap_v2"
    ) {
      _ = try NoiseSchedule(overriding: .object(["beta_schedule": .string("squaredcos_cap_v3")]))
    }
    try expectError(.configuration, containing: "schedule.beta_strat", "did you mean beta_start") {
      _ = try NoiseSchedule(overriding: .object(["beta_strat": .number(0.1)]), at: "schedule")
    }
    try expectError(.configuration, containing: "num_train_timesteps", "expected a whole number") {
      _ = try NoiseSchedule(overriding: .object(["num_train_timesteps": .string("many")]))
    }
  }
}
