import Core
import Modality
import Schedules
import Tensors
import Testing

@testable import Training

@Suite struct DataSplitTests {
  @Test func noSourceStandsOnBothSides() throws {
    let data = Sines(count: 40, perSource: 4)
    let split = try DataSplit(data, heldOutFraction: 0.25, seed: 1)
    let training = Set(split.training.map(data.source))
    let heldOut = Set(split.heldOut.map(data.source))
    #expect(training.isDisjoint(with: heldOut))
    #expect(heldOut.count == 2)
    #expect(split.training.count + split.heldOut.count == 40)
  }

  @Test func splitDependsOnTheSeed() throws {
    let splits = try (0..<5).map {
      try DataSplit(Sines(count: 40), heldOutFraction: 0.25, seed: $0).heldOut
    }
    #expect(Set(splits).count > 1)
  }

  @Test func oneFileCannotBeSplit() throws {
    let error = #expect(throws: StirError.self) {
      try DataSplit(Sines(count: 1), heldOutFraction: 0.1, seed: 0)
    }
    #expect(error?.message.contains("held_out_fraction") == true)
    #expect(try DataSplit(Sines(count: 1), heldOutFraction: 0, seed: 0).training == [0])
  }
}

@Suite struct BatchTests {
  private func maker(
    _ data: Sines = Sines(), batchSize: Int = 3, schedule: NoiseSchedule = .waveGrad
  ) throws -> BatchMaker {
    BatchMaker(
      data: data, indices: Array(0..<data.count), table: try schedule.table(),
      batchSize: batchSize, seed: 9)
  }

  @Test func everyEpochVisitsEveryItemOnceInAnotherOrder() throws {
    var maker = try maker()
    let epochs = (0..<3).map { epoch in
      (0..<8).map { maker.itemIndex(of: epoch * 8 + $0) }
    }
    for epoch in epochs { #expect(epoch.sorted() == Array(0..<8)) }
    #expect(Set(epochs).count == 3)
  }

  @Test func batchIsAFunctionOfItsNumber() throws {
    var (a, b) = (try maker(), try maker())
    _ = try a.batch(0)
    _ = try a.batch(7)
    let (x, y) = (try a.batch(4), try b.batch(4))
    #expect(try x.x0.floats() == y.x0.floats())
    #expect(try x.noise.floats() == y.noise.floats())
    #expect(x.levels == y.levels)
  }

  /// A draw's item, crop, noise and level do not depend on how many stand in a batch.
  @Test func drawsDoNotDependOnTheBatchSize() throws {
    var (small, large) = (try maker(batchSize: 2), try maker(batchSize: 4))
    let halves = try [small.batch(0), small.batch(1)]
    let whole = try large.batch(0)
    #expect(try halves.flatMap { try $0.noise.floats() } == whole.noise.floats())
    #expect(try halves.flatMap { try $0.x0.floats() } == whole.x0.floats())
    #expect(halves.flatMap(\.levels) == whole.levels)
  }

  /// WaveGrad's levels reach from clean to the end of the chain, evenly over its segments.
  @Test func levelsCoverTheSchedule() throws {
    var maker = try maker(Sines(length: 1), batchSize: 4_000)
    let table = try NoiseSchedule.waveGrad.table()
    let timesteps = try maker.batch(0).levels.map { table.timestep(of: $0) }.sorted()
    let middle = timesteps[2_000] / 1_000
    // The median of 4,000 uniform draws has a standard deviation of 0.008.
    #expect(abs(middle - 0.5) < 0.04)
    #expect(timesteps[40] < 25 && timesteps[3_960] > 975)
  }

  @Test func loaderGivesBatchesInOrderAndEndsItsThread() throws {
    var direct = try maker()
    let loader = BatchLoader(try maker(), first: 5)
    for number in 5..<12 {
      #expect(try loader.next().levels == direct.batch(number).levels)
    }
    loader.stop()
  }

  @Test func loaderHandsOnWhatTheDataThrows() throws {
    let loader = BatchLoader(
      try maker(Sines(unreadable: Set(0..<8))), first: 0)
    let error = #expect(throws: StirError.self) { try loader.next() }
    #expect(error?.message.contains("is unreadable") == true)
    loader.stop()
  }
}
