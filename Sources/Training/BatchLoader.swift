import Foundation

/// Makes the next batches on a thread of its own while the present one is trained on.
final class BatchLoader: @unchecked Sendable {
  private let depth: Int
  private let condition = NSCondition()
  private var ready: [Result<Batch, any Error>] = []
  private var stopped = false
  private var ended = false

  /// - Parameters:
  ///   - first: the number of the first batch that `next()` shall return.
  ///   - depth: how many batches wait ready at most.
  init(_ maker: BatchMaker, first: Int, depth: Int = 3) {
    self.depth = depth
    let thread = Thread { [self] in
      var (maker, number) = (maker, first)
      while waitForRoom() {
        append(Result { try maker.batch(number) })
        number += 1
      }
      end()
    }
    thread.name = "stir.loader"
    thread.start()
  }

  /// The next batch, waiting for it if need be.
  func next() throws -> Batch {
    condition.lock()
    defer { condition.unlock() }
    while ready.isEmpty { condition.wait() }
    let batch = ready.removeFirst()
    condition.broadcast()
    return try batch.get()
  }

  /// Ends the thread and waits until it has let go of everything; `next()` must not be called any
  /// more.
  func stop() {
    condition.lock()
    defer { condition.unlock() }
    stopped = true
    condition.broadcast()
    while !ended { condition.wait() }
    ready.removeAll()
  }

  /// False once the loader is stopped.
  private func waitForRoom() -> Bool {
    condition.lock()
    defer { condition.unlock() }
    while ready.count >= depth, !stopped { condition.wait() }
    return !stopped
  }

  private func end() {
    condition.lock()
    ended = true
    condition.broadcast()
    condition.unlock()
  }

  private func append(_ batch: Result<Batch, any Error>) {
    condition.lock()
    ready.append(batch)
    condition.broadcast()
    condition.unlock()
  }
}
