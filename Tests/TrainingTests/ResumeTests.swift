import Core
import Foundation
import Networks
import TestSupport
import Testing

@testable import Training

@Suite struct ResumeTests {
  @Test(arguments: [Precision.float32, .bfloat16])
  func resumedRunReachesTheSameBytes(precision: Precision) throws {
    let folder = try TemporaryFolder()
    let straight = try tinyTrainer { $0.precision = precision }
    for _ in 0..<12 { _ = try straight.trainStep() }
    try straight.writeCheckpoint(to: folder["straight"])

    let first = try tinyTrainer { $0.precision = precision }
    for _ in 0..<6 { _ = try first.trainStep() }
    try first.writeCheckpoint(to: folder["half"])
    let second = try tinyTrainer { $0.precision = precision }
    try second.resume(from: folder["half"])
    #expect(second.step == 6)
    for _ in 0..<6 { _ = try second.trainStep() }
    try second.writeCheckpoint(to: folder["resumed"])

    #expect(try Data(contentsOf: folder["straight"]) == Data(contentsOf: folder["resumed"]))
    #expect(try Data(contentsOf: folder["straight"]) != Data(contentsOf: folder["half"]))
  }

  @Test func resumeWithGradientAccumulationGoesOnInTheData() throws {
    let folder = try TemporaryFolder()
    func trainer() throws -> Trainer {
      try tinyTrainer {
        $0.gradientAccumulation = 2
        $0.batchSize = 3
      }
    }
    let straight = try trainer()
    for _ in 0..<5 { _ = try straight.trainStep() }
    let first = try trainer()
    for _ in 0..<3 { _ = try first.trainStep() }
    try first.writeCheckpoint(to: folder["half"])
    let second = try trainer()
    try second.resume(from: folder["half"])
    for _ in 0..<2 { _ = try second.trainStep() }
    #expect(try weights(straight) == weights(second))
  }

  @Test func otherDataIsRefused() throws {
    let folder = try TemporaryFolder()
    try tinyTrainer().writeCheckpoint(to: folder["a"])
    let error = #expect(throws: StirError.self) {
      try tinyTrainer(data: Sines(count: 9)).resume(from: folder["a"])
    }
    #expect(error?.message.contains("other data") == true)
  }

  @Test(arguments: [0, 4, 100, 2000])
  func cutCheckpointIsRefusedAndChangesNothing(length: Int) throws {
    let folder = try TemporaryFolder()
    let trainer = try tinyTrainer()
    _ = try trainer.trainStep()
    try trainer.writeCheckpoint(to: folder["a"])
    try Data(contentsOf: folder["a"]).prefix(length).write(to: folder["cut"])
    let other = try tinyTrainer()
    let before = try weights(other)
    let error = #expect(throws: StirError.self) { try other.resume(from: folder["cut"]) }
    #expect(error?.code == .invalidData)
    #expect(try weights(other) == before)
    #expect(other.step == 0)
  }

  @Test func modelFileIsNoCheckpoint() throws {
    let folder = try TemporaryFolder()
    try tinyTrainer().model.write(to: folder["model"])
    let error = #expect(throws: StirError.self) {
      try Trainer.configuration(ofCheckpoint: folder["model"])
    }
    #expect(error?.message.contains("is not a stir checkpoint") == true)
  }
}
