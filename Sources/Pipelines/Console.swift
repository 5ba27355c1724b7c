import Foundation

/// What a person watching sees, on stderr: one line that renews itself on a terminal, plain lines
/// now and then in a log.
public final class Console {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var lineIsOpen = false
  private var lastLogged: ContinuousClock.Instant?
  private let quiet: Bool

  /// - Parameter quiet: shows nothing at all.
  public init(quiet: Bool = false) { self.quiet = quiet }

  /// A line that stays.
  public func note(_ text: String) {
    guard !quiet else { return }
    closeLine()
    write(text + "\n")
  }

  /// The state of long work: in place on a terminal, every ten seconds in a log.
  public func progress(_ text: @autoclosure () -> String) {
    guard !quiet else { return }
    let now = ContinuousClock.now
    let interval: Duration = isTerminal ? .milliseconds(100) : .seconds(10)
    if let lastLogged, now - lastLogged < interval { return }
    lastLogged = now
    if isTerminal {
      write("\r\u{1B}[K" + text())
      lineIsOpen = true
    } else {
      write(text() + "\n")
    }
  }

  /// What shows a modality's progress through the data, and ends it when a person asks for that.
  public func measuringData(
    until interruption: Interruption
  ) -> (_ done: Int, _ total: Int) throws -> Void {
    { done, total in
      self.progress("measuring the data: \(done)/\(total)")
      try interruption.check()
    }
  }

  /// Ends the line that renews itself.
  public func closeLine() {
    if lineIsOpen { write("\r\u{1B}[K") }
    lineIsOpen = false
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

/// Steps per second over the last minute, and the time that the rest will take.
struct Pace {
  private var marks: [(time: ContinuousClock.Instant, done: Int)] = []

  mutating func mark(_ done: Int) {
    let now = ContinuousClock.now
    marks.append((now, done))
    while marks.count > 2, now - marks[0].time > .seconds(60) { marks.removeFirst() }
  }

  /// Units per second; nil before there are two marks.
  var rate: Double? {
    guard let first = marks.first, let last = marks.last, last.done > first.done else { return nil }
    return Double(last.done - first.done) / (last.time - first.time).seconds
  }

  /// `2.4 steps/s, 12m 05s left`
  func text(unit: String, remaining: Int) -> String {
    guard let rate else { return "" }
    return "\(decimal(rate, 1)) \(unit)/s, \(clock(Double(remaining) / rate)) left"
  }
}

/// `value` with a fixed number of decimals.
func decimal(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value) }

/// `1h 02m`, `12m 05s` or `7s`.
func clock(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e7 else { return "a long time" }
  let s = Int(seconds.rounded())
  if s >= 3600 { return String(format: "%dh %02dm", s / 3600, s % 3600 / 60) }
  return s >= 60 ? String(format: "%dm %02ds", s / 60, s % 60) : "\(s)s"
}
