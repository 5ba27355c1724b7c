/// What is wrong with a noise schedule, and what to do.
public struct ScheduleFinding: Hashable, Sendable, CustomStringConvertible {
  /// How much a fault matters.
  public enum Severity: String, Sendable {
    /// The schedule is not admitted.
    case error
    /// The schedule works, but probably not as meant.
    case warning
  }

  /// The faults by name.
  public enum Fault: String, CaseIterable, Sendable {
    /// There is no timestep.
    case empty
    /// `trained_betas` and `num_train_timesteps` disagree.
    case stepCountMismatch
    /// A β is NaN or infinite.
    case notANumber
    /// A β is below 0.
    case negativeBeta
    /// A β is above 1, or is 1 before the last timestep.
    case betaNotBelowOne
    /// sigma_min, sigma_max, rho or shift is out of range.
    case pathSettings
    /// A timestep adds no noise that `Double` can tell from the one before it.
    case repeatedLevel
    /// The last level holds no signal, so ε says nothing about x0.
    case zeroTerminalSNRWithEpsilon
    /// A β is below the one before it.
    case nonMonotoneBeta
    /// The last level still holds signal, but sampling starts from noise alone.
    case endsFarFromNoise
    /// A key is set that the schedule's shape does not read.
    case unusedSetting

    /// Whether the fault rejects the schedule.
    public var severity: Severity {
      switch self {
      case .nonMonotoneBeta, .endsFarFromNoise, .unusedSetting: .warning
      default: .error
      }
    }
  }

  /// The fault's name.
  public var fault: Fault
  /// What was expected, what was found, where, and what to do.
  public var message: String

  init(_ fault: Fault, _ message: String) {
    self.fault = fault
    self.message = message
  }

  /// Whether the fault rejects the schedule.
  public var severity: Severity { fault.severity }
  /// The fault's name and the message.
  public var description: String { "\(fault.rawValue): \(message)" }
}
