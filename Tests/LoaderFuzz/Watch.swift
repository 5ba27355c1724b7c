import Foundation

/// Ends the process when one file takes longer than twenty seconds.
final class Watch: @unchecked Sendable {
  private let lock = NSLock()
  private var file = ""
  private var since = Date()
  private let timer = DispatchSource.makeTimerSource()

  init() {
    timer.schedule(deadline: .now() + 1, repeating: 1)
    timer.setEventHandler { [self] in
      let (file, since) = lock.withLock { (self.file, self.since) }
      guard !file.isEmpty, Date().timeIntervalSince(since) > 20 else { return }
      print("\(file): no end after 20 s")
      exit(1)
    }
    timer.resume()
  }

  func begin(_ file: String) { lock.withLock { (self.file, since) = (file, Date()) } }

  func end() { timer.cancel() }
}

/// The most memory that this process has had, in bytes.
func peakMemory() -> Int {
  var usage = rusage()
  #if canImport(Darwin)
    getrusage(RUSAGE_SELF, &usage)
    return Int(usage.ru_maxrss)
  #else
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Int(usage.ru_maxrss) << 10
  #endif
}
