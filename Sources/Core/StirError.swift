/// What went wrong, for a person: what was expected, what was found, where, and what to do.
public struct StirError: Error, CustomStringConvertible, Sendable {
  /// The kind of failure. Plugins may add their own.
  public struct Code: Hashable, Sendable {
    public let name: String
    /// The process exit status of the `stir` tool for this failure (after BSD `sysexits.h`).
    public let exitStatus: Int32

    public init(_ name: String, exitStatus: Int32) {
      self.name = name
      self.exitStatus = exitStatus
    }

    /// A recipe, option or configuration value that is not admitted.
    public static let configuration = Code("configuration", exitStatus: 64)
    /// Input data that is empty, malformed, cut short or of another version.
    public static let invalidData = Code("invalid data", exitStatus: 65)
    /// An input that is not there or may not be read.
    public static let missingInput = Code("missing input", exitStatus: 66)
    /// A device or library feature that this machine lacks.
    public static let unavailable = Code("unavailable", exitStatus: 69)
    /// A failure inside the tensor engine, or tensors whose shapes do not fit.
    public static let engine = Code("engine", exitStatus: 70)
    /// An output that cannot be written: permissions, a full disk, a missing folder.
    public static let unwritableOutput = Code("unwritable output", exitStatus: 73)
    /// Training that cannot go on: the loss is no longer a number.
    public static let diverged = Code("diverged", exitStatus: 75)
  }

  public var code: Code
  public var message: String
  public var cause: (any Error)?

  public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  /// The same error with `place` (a module path, a file, a line) put before its message.
  public func located(_ place: String) -> StirError {
    StirError(code, "\(place): \(message)", cause: cause)
  }

  public var description: String {
    guard let cause else { return message }
    return "\(message) (\(cause))"
  }
}
