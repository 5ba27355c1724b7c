import Core
import Tensors
import Testing

@Suite("Gradient mode and gathered gradients") struct GradientModeTests {
  /// Whether an operation is recorded now, on this thread.
  private func isRecording() throws -> Bool {
    let x = try Tensor([1.0], shape: [1]).requiringGradient()
    do {
      try (x * 2).backward()
    } catch {
      return false
    }
    return x.gradient != nil
  }

  @Test("Nothing is recorded inside, everything after")
  func restored() throws {
    #expect(try isRecording())
    #expect(try withoutGradient { try isRecording() } == false)
    #expect(try isRecording())
  }

  @Test("The mode is restored when the body throws")
  func restoredAfterThrow() throws {
    for _ in 0..<3 {
      #expect(throws: StirError.self) {
        try withoutGradient { _ = try Tensor.zeros([2]) + .zeros([3]) }
      }
      #expect(try isRecording())
    }
  }

  @Test("Nested scopes restore what they found")
  func nested() throws {
    let recorded = try withoutGradient {
      let inner = try withoutGradient { try isRecording() }
      let afterInner = try isRecording()
      try? withoutGradient { throw StirError(.engine, "thrown inside") }
      return try [inner, afterInner, isRecording()]
    }
    #expect(recorded == [false, false, false])
    #expect(try isRecording())
  }

  @Test("The result of the body is handed out")
  func result() throws {
    #expect(withoutGradient { 7 } == 7)
    #expect(try withoutGradient { try Tensor([2.0], shape: [1]) * 3 }.item() == 6)
  }

  @Test("Gradients add up until they are cleared")
  func accumulation() throws {
    let x = try Tensor([3.0, 4], shape: [2]).requiringGradient()
    #expect(x.gradient == nil)
    try (x * x).sum().backward()
    #expect(try x.gradient?.doubles() == [6, 8])
    try (x * x).sum().backward()
    #expect(try x.gradient?.doubles() == [12, 16])
    x.clearGradient()
    #expect(x.gradient == nil)
    try (x * 5).sum().backward()
    #expect(try x.gradient?.doubles() == [5, 5])
  }

  @Test("Clearing where there is no gradient does nothing")
  func clearNothing() throws {
    let x = try Tensor([1.0], shape: [1])
    x.clearGradient()
    #expect(x.gradient == nil)
    try x.to(.int64).clearGradient()
  }

  @Test("A detached tensor has the values and no way back")
  func detached() throws {
    let x = try Tensor([3.0], shape: [1]).requiringGradient()
    let y = try (x * 2).detached()
    #expect(try y.item() == 6)
    try (x * y).backward()
    #expect(try x.gradient?.item() == 6)
    #expect(throws: StirError.self) { try y.backward() }
  }

  @Test("In-place updates of a leaf are not recorded")
  func inPlaceIsNotRecorded() throws {
    let x = try Tensor([3.0], shape: [1]).requiringGradient()
    try x.copy(from: x * 2)
    try x.copy(from: Tensor([5.0], shape: [1]))
    try (x * x).backward()
    #expect(try x.gradient?.item() == 10)
  }
}
