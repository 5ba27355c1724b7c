import Foundation

/// The results of `body` for 0..<count, computed on all cores, in order.
/// - Throws: what `body` throws for the lowest number that it throws for.
public func concurrentMap<Value: Sendable>(
  _ count: Int, _ body: @Sendable (Int) throws -> Value
) throws -> [Value] {
  let slots = Slots<Value>(count: count)
  DispatchQueue.concurrentPerform(iterations: count) { i in
    slots.set(i, Result { try body(i) })
  }
  return try slots.values()
}

/// Slots that threads fill independently.
private final class Slots<Value: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var results: [Result<Value, any Error>?]

  init(count: Int) { results = Array(repeating: nil, count: count) }

  func set(_ index: Int, _ result: Result<Value, any Error>) {
    lock.withLock { results[index] = result }
  }

  func values() throws -> [Value] { try lock.withLock { try results.compactMap { try $0?.get() } } }
}
