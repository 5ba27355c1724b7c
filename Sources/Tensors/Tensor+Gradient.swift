import CTorch

extension Tensor {
  /// Marks a leaf for which `backward()` shall gather a gradient.
  public func requiringGradient() throws -> Tensor {
    try check(ct.set_requires_grad(handle, true))
    return self
  }

  /// Adds the gradient of this one-element tensor to every leaf that it was computed from.
  public func backward() throws { try check(ct.backward(handle)) }

  /// The gradient gathered since the last `clearGradient()`, or nil.
  public var gradient: Tensor? { ct.grad(handle).flatMap { try? Tensor($0) } }

  public func clearGradient() { ct.clear_grad(handle) }

  /// The same values, cut off from the computation that made them.
  public func detached() throws -> Tensor { try Tensor(ct.detach(handle)) }
}

/// Runs `body` without recording gradients, which saves the memory of every intermediate result.
///
/// Gradient mode belongs to the thread, so `body` is synchronous: it cannot change thread at an
/// `await`.
public func withoutGradient<Result>(_ body: () throws -> Result) rethrows -> Result {
  let before = ct.grad_enabled()
  ct.set_grad_enabled(false)
  defer { ct.set_grad_enabled(before) }
  return try body()
}

extension Tensor {
  /// Takes over the elements of `source`, in place. No gradient flows through it.
  public func copy(from source: Tensor) throws {
    try check(ct.copy_(handle, source.handle))
    forgetMoments()
  }
}
