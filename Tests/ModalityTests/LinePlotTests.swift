import Testing

@testable import Modality

private let color = Picture.Color(1, 200, 3)

private func plot(
  _ points: [(x: Double, y: Double)], _ xScale: LinePlot.Scale = .linear,
  _ yScale: LinePlot.Scale = .linear
) -> LinePlot {
  LinePlot(
    title: "Title", xLabel: "time", yLabel: "value",
    series: [LinePlot.Series("", points, color: color)], xScale: xScale, yScale: yScale)
}

@Suite("Plot axes") struct PlotAxisTests {
  private func labels(_ scale: LinePlot.Scale, _ values: [Double], _ count: Int) -> [String] {
    PlotAxis(scale: scale, showing: values).ticks(about: count).compactMap(\.label)
  }

  @Test(
    "Linear ticks are 1, 2 or 5 times a power of ten",
    arguments: [
      ([0.0, 1], 5, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
      ([0, 20_000], 5, ["0", "5000", "10000", "15000", "20000"]),
      ([-1, 1], 5, ["-1", "-0.5", "0", "0.5", "1"]),
      ([3, 3], 4, ["2", "3", "4"]), ([0, 0], 4, ["-1", "-0.5", "0", "0.5", "1"]),
      ([0, 4e6], 2, ["0", "2e6", "4e6"]), ([0, 3e-7], 3, ["0", "1e-7", "2e-7", "3e-7"]),
      ([], 1, ["0", "1"]),
      ([-2e200, 1e200], 3, ["-2e200", "-1e200", "0", "1e200"]),
      ([.nan, 0, .infinity, 1, 1e300], 2, ["0", "0.5", "1"]),
    ])
  func linear(_ values: [Double], _ count: Int, _ expected: [String]) {
    #expect(labels(.linear, values, count) == expected)
  }

  @Test(
    "Logarithmic ticks are decades, with 2 and 5 between few of them",
    arguments: [
      ([1e-3, 1e3], 8, ["0.001", "0.01", "0.1", "1", "10", "100", "1000"]),
      ([0.05, 1], 8, ["0.05", "0.1", "0.2", "0.5", "1"]),
      ([1e-8, 1e8], 5, ["1e-8", "0.0001", "1", "10000", "1e8"]),
      ([0.41, 0.43], 4, ["0.41", "0.415", "0.42", "0.425", "0.43"]),
      ([-1, 0, 1, 1000], 5, ["1", "10", "100", "1000"]),
    ])
  func logarithmic(_ values: [Double], _ count: Int, _ expected: [String]) {
    #expect(labels(.log, values, count) == expected)
  }

  @Test("Ticks stand where their value does", arguments: [LinePlot.Scale.linear, .log])
  func positions(_ scale: LinePlot.Scale) throws {
    var random = SplitMix64(seed: 4)
    for _ in 0..<300 {
      let values = (0..<3).map { _ in (random.uniform() + 0.01) * 1e3 * random.uniform() }
      let axis = PlotAxis(scale: scale, showing: values)
      let ticks = axis.ticks(about: 6)
      #expect((2...25).contains(ticks.filter { $0.label != nil }.count), "\(values)")
      #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.position < $1.position })
      for tick in ticks {
        #expect((-1e-9...1 + 1e-9).contains(tick.position))
        guard let value = tick.label.map({ Double($0)! }) else { continue }
        let place = try #require(axis.position(of: value))
        #expect(abs(place - tick.position) < 1e-6, "\(values) \(value)")
      }
      for value in values where value > 0 {
        #expect((0...1).contains(try #require(axis.position(of: value))))
      }
    }
  }

  @Test(
    "Decimals are as short as they read well",
    arguments: [
      (0, 3, "0"), (5, -2, "0.05"), (15, 2, "1500"), (2, 6, "2e6"), (125, -9, "1.25e-7"),
      (-25, -1, "-2.5"), (-1, -4, "-0.0001"), (1, -5, "1e-5"), (100, -2, "1"), (123, -3, "0.123"),
      (999_999, 0, "999999"), (1_000_000, 0, "1e6"),
    ])
  func decimals(_ digits: Int, _ exponent: Int, _ expected: String) {
    #expect(decimalText(digits, exponent: exponent) == expected)
  }
}

@Suite("LinePlot") struct LinePlotTests {
  @Test("A rising line goes from the lower left to the upper right")
  func rising() {
    let picture = plot([(x: 0, y: 0), (x: 1, y: 1)]).picture(width: 320, height: 240)
    let drawn = (0..<240).flatMap { y in
      (0..<320).filter { picture[$0, y] == color }.map { (x: $0, y: y) }
    }
    let columns = Set(drawn.map(\.x))
    #expect(columns.count > 200)
    #expect(drawn.first!.x > 250 && drawn.last!.x < 80)
    // A straight line of two pixels, and a dot at either end.
    let middle = columns.sorted().dropFirst(10).dropLast(10)
    #expect(middle.allSatisfy { x in (2...3).contains(drawn.count { $0.x == x }) })
  }

  @Test("A powers' curve is straight on two logarithmic axes")
  func logarithmic() {
    func points(_ power: Double) -> [(x: Double, y: Double)] {
      stride(from: 1.0, through: 1000, by: 7).map { (x: $0, y: $0 * $0 * power) }
    }
    let picture = plot(points(3), .log, .log).picture(width: 320, height: 240)
    let straight = plot([points(3).first!, points(3).last!], .log, .log)
      .picture(width: 320, height: 240)
    let both = (0..<240).flatMap { y in
      (0..<320).filter { picture[$0, y] == color }.map { x in
        (-2...2).contains { d in y + d >= 0 && y + d < 240 && straight[x, y + d] == color }
      }
    }
    #expect(both.count > 400 && both.allSatisfy { $0 })
  }

  @Test(
    "Points without a place leave a gap",
    arguments: [Double.nan, .infinity, -.infinity, 1e300])
  func gap(_ bad: Double) {
    var points = (0..<100).map { (x: Double($0), y: 0.5) }
    for index in 40..<60 { points[index].y = bad }
    let picture = plot(points).picture(width: 400, height: 240)
    let columns = (0..<400).filter { x in (0..<240).contains { picture[x, $0] == color } }
    let widestGap = zip(columns, columns.dropFirst()).map { $1 - $0 }.max()!
    let whole = columns.last! - columns.first!
    #expect(abs(Double(widestGap) / Double(whole) - 21.0 / 99) < 0.02)
  }

  @Test("A value that only one axis takes stretches neither")
  func halfPoints() {
    let clean = [(x: 0.0, y: 1.0), (x: 1, y: 2)]
    let odd = clean + [(x: 1e6, y: .nan), (x: 1e6, y: -1)]
    let pictures = [clean, odd].map { plot($0, .linear, .log).picture(width: 300, height: 200) }
    #expect(pictures[0] == pictures[1])
  }

  @Test("No points, or none with a place, is a plot that says so; one point is a dot")
  func few() {
    let empty = plot([]).picture(width: 300, height: 200)
    #expect(empty.count(of: color) == 0)
    // The note stands where otherwise there are grid lines at most.
    let note = (120..<180).flatMap { x in (80..<110).map { y in empty[x, y] } }
    #expect(Set(note).count == 3)
    #expect(plot([(x: .nan, y: 1)]).picture(width: 300, height: 200) == empty)
    #expect(plot([(x: 5, y: 7)]).picture(width: 300, height: 200).count(of: color) == 32)
    #expect(
      plot([(x: 5, y: 7)], .log, .log).picture(width: 300, height: 200).count(of: color) == 32)
  }

  @Test("The legend holds every named series, in as many lines as it needs")
  func legend() {
    let colors = (0..<6).map { Picture.Color(UInt8(10 + $0), 0, 0) }
    let series = colors.map { LinePlot.Series("a series with a long name", [], color: $0) }
    let picture = LinePlot(series: series).picture(width: 400, height: 300)
    for color in colors { #expect(picture.count(of: color) == 16 * 3) }
  }

  @Test("Any size is drawn without a crash")
  func sizes() {
    let points = (0..<50).map { (x: Double($0), y: Double($0 % 7) - 1) }
    for scale in [LinePlot.Scale.linear, .log] {
      for width in [1, 2, 7, 40, 99, 400] {
        for height in [1, 2, 7, 40, 99, 400] {
          let picture = plot(points, scale, scale).picture(width: width, height: height)
          #expect(picture.width == width && picture.height == height)
        }
      }
    }
  }

  @Test("Values of any size are drawn without a crash")
  func extremes() {
    let least = Double.leastNonzeroMagnitude
    _ = plot([(x: 0, y: least), (x: least, y: 0)]).picture(width: 400, height: 300)
    var random = SplitMix64(seed: 2)
    for _ in 0..<2_000 {
      let points = (0..<3).map { _ in
        (x: Double(bitPattern: random.next()), y: Double(bitPattern: random.next()))
      }
      _ = plot(points).picture(width: 60, height: 60)
      _ = plot(points, .log, .log).picture(width: 60, height: 60)
    }
  }
}
