import Core
import Modality

/// What ``Denoising`` did.
public struct DenoisingSummary: Encodable, Sendable {
  public struct File: Encodable, Sendable {
    public var input: String
    public var output: String
    /// The recording's.
    public var seconds: Double
    /// What a person should know of it, such as samples that saturated.
    public var notes: [String] = []
  }

  public var files: [File] = []
  /// Files of a folder that could not be denoised.
  public var failed: [RejectedInput] = []
  /// Of all recordings that were denoised.
  public var seconds = 0.0
  /// The seconds that it took to denoise one.
  public var realTimeFactor = 0.0

  enum CodingKeys: String, CodingKey {
    case files, failed, seconds
    case realTimeFactor = "real_time_factor"
  }

  /// A sentence for people.
  public var text: String {
    "denoised \(counted(files.count, "file")), \(clock(seconds)) in all, "
      + "\(decimal(1 / max(realTimeFactor, 1e-6), 1)) times real time"
  }

  /// - Throws: `StirError.Code.invalidData` that lists the files that failed, if any did.
  public func requireNoFailures() throws {
    guard !failed.isEmpty else { return }
    let shown = failed.prefix(10).map { "\n  \($0.name): \($0.reason)" }.joined()
    let more = failed.count > 10 ? "\n  and \(failed.count - 10) more" : ""
    throw StirError(
      .invalidData,
      "\(failed.count) of \(counted(files.count + failed.count, "file")) could not be "
        + "denoised:\(shown)\(more)")
  }
}
