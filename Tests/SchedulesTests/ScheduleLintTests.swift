import Schedules
import TestSupport
import Testing

/// A schedule with what the lint has to say of it.
struct LintCase: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var schedule: NoiseSchedule
  var prediction: PredictionType?
  var faults: [ScheduleFinding.Fault]

  init(
    _ name: String, _ schedule: NoiseSchedule, _ prediction: PredictionType? = nil,
    _ faults: [ScheduleFinding.Fault]
  ) {
    testDescription = name
    self.schedule = schedule
    self.prediction = prediction
    self.faults = faults
  }
}

@Suite struct ScheduleLintTests {
  static let noisyEnd = [0.1, 0.5, 0.9, 0.95]
  static let noSignal = [0.1, 0.5, 0.9, 1]

  static let cases = [
    LintCase("linear", .linear, .epsilon, []),
    LintCase("cosine", .cosine, .epsilon, []),
    LintCase("sigmoid", .sigmoid, .epsilon, []),
    LintCase("WaveGrad", .waveGrad, .epsilon, []),
    LintCase("good list", .betas(noisyEnd), .epsilon, []),
    LintCase("DiffWave T = 50", PublishedScheduleTests.diffWave, nil, [.endsFarFromNoise]),
    LintCase("no timesteps", NoiseSchedule(.cosine, numTrainTimesteps: 0), nil, [.empty]),
    LintCase("fewer than none", NoiseSchedule(.linear, numTrainTimesteps: -3), nil, [.empty]),
    LintCase("empty list", .betas([]), nil, [.empty]),
    LintCase("negative", .betas([-0.1, 0.5]), nil, [.negativeBeta]),
    LintCase("negative start", NoiseSchedule(.linear, betaStart: -1e-4), nil, [.negativeBeta]),
    LintCase("above one", .betas([0.5, 1.5]), nil, [.betaNotBelowOne]),
    LintCase("one too early", .betas([0.5, 1, 1]), nil, [.betaNotBelowOne]),
    LintCase("NaN", .betas([0.5, .nan]), nil, [.notANumber]),
    LintCase("infinite", NoiseSchedule(.linear, betaStart: .infinity), nil, [.notANumber]),
    LintCase("falling", .betas(noisyEnd.reversed()), nil, [.nonMonotoneBeta]),
    LintCase("zero", .betas([0] + noisyEnd), nil, [.repeatedLevel]),
    LintCase("too small to count", .betas([1e-20] + noisyEnd), nil, [.repeatedLevel]),
    LintCase(
      "underflow", NoiseSchedule(.linear, numTrainTimesteps: 100_000), nil, [.repeatedLevel]),
    LintCase(
      "no signal, ε", .betas(noSignal), .epsilon, [.zeroTerminalSNRWithEpsilon]),
    LintCase(
      "hardly any signal, ε", NoiseSchedule(.linear, numTrainTimesteps: 4000), .epsilon,
      [.zeroTerminalSNRWithEpsilon]),
    LintCase("no signal, v", .betas(noSignal), .velocity, []),
    LintCase("no signal, x0", .betas(noSignal), .sample, []),
    LintCase("unread bounds", NoiseSchedule(.waveGrad, betaEnd: 0.05), nil, [.unusedSetting]),
    LintCase("unread list", unreadList, nil, [.unusedSetting]),
    LintCase("list of another length", mismatch, nil, [.stepCountMismatch]),
    LintCase("EDM", .edm, .edm, []),
    LintCase("flow", .flow, .flow, []),
    LintCase("flow, ε", .flow, .epsilon, [.zeroTerminalSNRWithEpsilon]),
    LintCase("EDM that ends in signal", quiet, .edm, [.endsFarFromNoise]),
    LintCase("EDM from nothing", fromZero, nil, [.pathSettings]),
    LintCase(
      "all at once", .betas([0.5, -0.1, 2]), nil,
      [
        .negativeBeta, .betaNotBelowOne, .nonMonotoneBeta,
      ]),
  ]

  static var unreadList: NoiseSchedule {
    var schedule = NoiseSchedule.linear
    schedule.trainedBetas = [0.1]
    return schedule
  }

  static var quiet: NoiseSchedule {
    var schedule = NoiseSchedule.edm
    schedule.sigmaMax = 5
    return schedule
  }

  static var fromZero: NoiseSchedule {
    var schedule = NoiseSchedule.edm
    schedule.sigmaMin = 0
    return schedule
  }

  static var mismatch: NoiseSchedule {
    var schedule = NoiseSchedule.betas(noisyEnd)
    schedule.numTrainTimesteps = 5
    return schedule
  }

  @Test(arguments: cases) func faults(_ lint: LintCase) {
    let findings = lint.schedule.lint(prediction: lint.prediction)
    #expect(findings.map(\.fault) == lint.faults)
    // A message says what was expected, what was found, and, after a semicolon, what to do.
    #expect(findings.allSatisfy { $0.message.contains("found") && $0.message.contains("; ") })
  }

  /// Errors reject with the fault's name, warnings do not. ε is not the table's business.
  @Test(arguments: cases) func table(_ lint: LintCase) throws {
    let errors = lint.faults.filter {
      $0.severity == .error && $0 != .zeroTerminalSNRWithEpsilon
    }
    guard !errors.isEmpty else {
      #expect(try lint.schedule.table().count == lint.schedule.numTrainTimesteps)
      return
    }
    for fault in errors {
      try expectError(.configuration, containing: "noise schedule: ", fault.rawValue) {
        _ = try lint.schedule.table()
      }
    }
  }

  @Test func everyFaultHasACase() {
    #expect(Set(Self.cases.flatMap(\.faults)) == Set(ScheduleFinding.Fault.allCases))
  }

  @Test func severities() {
    let warnings = ScheduleFinding.Fault.allCases.filter { $0.severity == .warning }
    #expect(warnings == [.nonMonotoneBeta, .endsFarFromNoise, .unusedSetting])
  }
}
