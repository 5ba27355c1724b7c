import Schedules
import TestSupport
import Testing

@Suite struct TimestepSpacingTests {
  /// The published vectors for T = 1000.
  @Test(arguments: [
    (TimestepSpacing.leading, 0, [800, 600, 400, 200, 0]),
    (.leading, 1, [801, 601, 401, 201, 1]),
    (.linspace, 0, [999, 749, 500, 250, 0]),
    (.trailing, 0, [999, 799, 599, 399, 199]),
  ])
  func published(spacing: TimestepSpacing, offset: Int, timesteps: [Int]) throws {
    #expect(try spacing.timesteps(steps: 5, of: 1000, offset: offset) == timesteps)
    let ladder = try NoiseSchedule.linear.table().ladder(
      steps: 5, spacing: spacing, stepsOffset: offset)
    #expect(ladder.map(\.timestep) == timesteps)
  }

  /// Values of NumPy: halves go to the even neighbour, and strides that do not divide T.
  @Test(arguments: [
    (TimestepSpacing.linspace, 3, 4, [3, 2, 0]),
    (.linspace, 3, 6, [5, 2, 0]),
    (.trailing, 2, 5, [4, 1]),
    (.trailing, 2, 7, [6, 3]),
    (.trailing, 3, 10, [9, 6, 2]),
    (
      .trailing, 24, 50,
      [
        49, 47, 45, 43, 41, 39, 36, 34, 32, 30, 28, 26, 24, 22, 20, 18, 16, 14, 11, 9, 7, 5, 3, 1,
      ]
    ),
    (.leading, 3, 10, [6, 3, 0]),
    (.leading, 1, 10, [0]),
    (.linspace, 1, 10, [0]),
    (.trailing, 1, 10, [9]),
    (.quadratic, 5, 1000, [999, 562, 250, 62, 0]),
    (.quadratic, 1, 10, [9]),
    (.quadratic, 2, 10, [9, 0]),
    (.quadratic, 6, 10, [9, 6, 3, 2, 1, 0]),
  ])
  func rounding(spacing: TimestepSpacing, steps: Int, count: Int, timesteps: [Int]) throws {
    #expect(try spacing.timesteps(steps: steps, of: count) == timesteps)
  }

  @Test(arguments: TimestepSpacing.allCases)
  func everyNumberOfSteps(spacing: TimestepSpacing) throws {
    for count in [1, 2, 7, 50, 333] {
      for steps in 1...count {
        let timesteps = try spacing.timesteps(steps: steps, of: count)
        #expect(timesteps.count == steps)
        #expect(timesteps.allSatisfy((0..<count).contains))
        #expect(zip(timesteps, timesteps.dropFirst()).allSatisfy(>))
      }
      #expect(try spacing.timesteps(steps: count, of: count) == (0..<count).reversed())
    }
  }

  @Test(arguments: TimestepSpacing.allCases, [-1, 0, 1001])
  func stepsOutOfRange(spacing: TimestepSpacing, steps: Int) throws {
    let table = try NoiseSchedule.linear.table()
    try expectError(.configuration, containing: "1...1000", "found \(steps)") {
      _ = try table.ladder(steps: steps, spacing: spacing)
    }
  }

  @Test(arguments: [
    (TimestepSpacing.leading, 1000, 1), (.leading, 5, 200), (.leading, 5, -1), (.trailing, 5, 1),
    (.linspace, 5, 1), (.quadratic, 5, 1),
  ])
  func offsetOutOfRange(spacing: TimestepSpacing, steps: Int, offset: Int) throws {
    let table = try NoiseSchedule.linear.table()
    try expectError(.configuration, containing: "steps_offset", "found \(offset)") {
      _ = try table.ladder(steps: steps, spacing: spacing, stepsOffset: offset)
    }
  }
}
