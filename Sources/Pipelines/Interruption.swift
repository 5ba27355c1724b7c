import Dispatch
import Foundation
import Synchronization

/// Turns Ctrl-C and a polite kill into a request that long work answers by saving and ending.
///
/// A second signal ends the process at once.
public final class Interruption: Sendable {
  private let state: State
  // Dispatch sources may be used from any thread; the type does not say so on Linux.
  private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

  /// The exit status of a process that was interrupted: 128 + SIGINT.
  public static let exitStatus: Int32 = 130

  private final class State: Sendable {
    let requested = Atomic(false)
  }

  /// Watches for SIGINT and SIGTERM from now on.
  public convenience init() { self.init(signals: [SIGINT, SIGTERM]) }

  /// Watches for `signals` from now on.
  init(signals: [Int32]) {
    let state = State()
    self.state = state
    sources = signals.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        if state.requested.exchange(true, ordering: .relaxed) { _exit(Interruption.exitStatus) }
      }
      source.resume()
      return source
    }
  }

  /// Whether the person has asked for an end.
  public var isRequested: Bool { state.requested.load(ordering: .relaxed) }

  /// - Throws: ``Interrupted`` once an end is asked for.
  public func check() throws { if isRequested { throw Interrupted() } }
}

/// The work was ended by a person's wish; what was done is saved.
public struct Interrupted: Error, CustomStringConvertible {
  public let description: String

  /// - Parameter place: how far the work had come, if that is worth knowing.
  public init(_ place: String = "") {
    description = place.isEmpty ? "interrupted" : "interrupted \(place)"
  }
}
