import Core
import Testing

@Suite("StirError") struct StirErrorTests {
  @Test("A place is put before the message, and kind and cause stay")
  func located() {
    let error = StirError(
      .engine, "weights do not fit", cause: StirError(.invalidData, "cut short"))
    let placed = error.located("down.2").located("model")
    #expect(placed.message == "model: down.2: weights do not fit")
    #expect(placed.code == .engine)
    #expect("\(placed)" == "model: down.2: weights do not fit (cut short)")
  }

  @Test("Without a cause the description is the message")
  func description() {
    #expect("\(StirError(.configuration, "no such thing"))" == "no such thing")
  }

  @Test("Every kind of failure has its own exit status, none of them 0")
  func statuses() {
    let codes: [StirError.Code] = [
      .configuration, .invalidData, .missingInput, .unavailable, .engine, .unwritableOutput,
      .diverged,
    ]
    #expect(Set(codes.map(\.exitStatus)).count == codes.count)
    #expect(codes.allSatisfy { $0.exitStatus > 0 && $0.exitStatus < 126 })
  }
}
