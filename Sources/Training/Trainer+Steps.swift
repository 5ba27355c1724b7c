/// `for try await step in trainer.steps(20_000) { … }`
extension Trainer {
  /// The reports of the next `count` steps; each is taken when it is asked for.
  public func steps(_ count: Int) -> Steps { Steps(trainer: self, remaining: count) }

  /// Steps as an asynchronous sequence that ends when its task is cancelled.
  public struct Steps: AsyncSequence, AsyncIteratorProtocol {
    let trainer: Trainer
    var remaining: Int

    public func makeAsyncIterator() -> Steps { self }

    /// Runs on the caller's actor and never suspends: gradients and thread pools belong to a thread.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws -> StepReport? {
      guard remaining > 0, !Task.isCancelled else { return nil }
      remaining -= 1
      return try trainer.trainStep()
    }

    public mutating func next() async throws -> StepReport? {
      try await next(isolation: nil)
    }
  }
}
