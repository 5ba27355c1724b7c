import Core
import Tensors
import TestSupport
import Testing

@testable import Training

/// Handles are counted over the whole process, so each count is taken in one of its own.
@Suite struct LeakTests {
  @Test func trainingSamplingAndSavingLeakNothing() async {
    await #expect(processExitsWith: .success) {
      let before = Engine.liveHandles
      try work(steps: 3)
      try #require(Engine.liveHandles == before)
    }
  }

  /// Between two steps no handle is left over: the count after 5 is that after 20.
  @Test func stepsLeakNothing() async {
    await #expect(processExitsWith: .success) {
      let data = Sines(count: 8)
      let trainer = try tinyTrainer(data: data) { $0.steps = 30 }
      func handles(after step: Int) throws -> Int {
        while trainer.step < step { _ = try trainer.trainStep() }
        trainer.stopLoading()
        return Engine.liveHandles
      }
      let early = try handles(after: 5)
      try #require(handles(after: 20) == early)
    }
  }

  @Test func errorsLeakNothing() async {
    await #expect(processExitsWith: .success) {
      let before = Engine.liveHandles
      let data = Sines(count: 4, unreadable: [1, 2, 3])
      #expect(throws: StirError.self) {
        let trainer = try tinyTrainer(data: data) { $0.heldOutFraction = 0 }
        for _ in 0..<4 { _ = try trainer.trainStep() }
      }
      try #require(Engine.liveHandles == before)
    }
  }
}

private func work(steps: Int) throws {
  let folder = try TemporaryFolder()
  let trainer = try tinyTrainer()
  for _ in 0..<steps { _ = try trainer.trainStep() }
  let model = try trainer.model
  _ = try trainer.heldOutLoss(of: model)
  _ = try model.sample(count: 3, steps: 2)
  try model.write(to: folder["m"])
  _ = try DiffusionModel(contentsOf: folder["m"])
  try trainer.writeCheckpoint(to: folder["c"])
  try tinyTrainer().resume(from: folder["c"])
}
