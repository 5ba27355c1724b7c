import Modality
import TestSupport
import Testing

@testable import Image

@Suite struct FittingTests {
  private func fitted(
    _ raster: Raster, _ width: Int, _ height: Int, fit: ImageConfiguration.Fit = .crop,
    background: Int = 255, channels: Int = 1
  ) -> [Float] {
    var configuration = ImageConfiguration()
    (configuration.width, configuration.height) = (width, height)
    (configuration.fit, configuration.background) = (fit, background)
    configuration.channels = channels
    return bytes(raster.values(fittedTo: configuration))
  }

  private func grey(_ width: Int, _ rows: [UInt8]) -> Raster {
    Raster(width: width, height: rows.count / width, channels: 1, bytes: rows)
  }

  private func expect(_ found: [Float], _ expected: [Float], _ location: SourceLocation) {
    #expect(found.count == expected.count, sourceLocation: location)
    #expect(
      zip(found, expected).allSatisfy { abs($0 - $1) < 1e-3 }, "\(found)", sourceLocation: location)
  }

  @Test(arguments: [ImageConfiguration.Fit.crop, .stretch, .pad], [1, 3])
  func anImageOfTheRightSizeStaysAsItIs(fit: ImageConfiguration.Fit, channels: Int) {
    let raster = Raster(
      width: 13, height: 7, channels: channels, bytes: noise(13 * 7 * channels))
    var configuration = ImageConfiguration()
    (configuration.width, configuration.height, configuration.channels) = (13, 7, channels)
    configuration.fit = fit
    let values = raster.values(fittedTo: configuration)
    for channel in 0..<channels {
      for position in 0..<(13 * 7) {
        let byte = Float(raster.bytes[position * channels + channel])
        #expect(values[channel * 13 * 7 + position] == byte / 127.5 - 1)
      }
    }
  }

  @Test func shrinkingTakesTheMeanOfWhatIsCovered() {
    let square = grey(4, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150])
    expect(fitted(square, 2, 2), [25, 45, 105, 125], #_sourceLocation)
    // Three positions onto two: each is one and a half.
    expect(
      fitted(grey(3, [0, 90, 240]), 2, 1, fit: .stretch), [30, 190], #_sourceLocation)
    expect(fitted(grey(1, [7]), 1, 1), [7], #_sourceLocation)
  }

  @Test func growingIsLinearBetweenCentres() {
    expect(
      fitted(grey(2, [0, 100]), 4, 1, fit: .stretch), [0, 25, 75, 100], #_sourceLocation)
    expect(fitted(grey(1, [40]), 3, 2), [40, 40, 40, 40, 40, 40], #_sourceLocation)
  }

  @Test func croppingKeepsTheMiddle() {
    expect(fitted(grey(5, [1, 2, 3, 4, 5]), 1, 1), [3], #_sourceLocation)
    // Of two middles the one to the left, whole: no pixel is blurred with its neighbour.
    expect(fitted(grey(4, [1, 2, 3, 4]), 1, 1), [2], #_sourceLocation)
    let wide = grey(6, [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6])
    expect(fitted(wide, 2, 2), [3, 4, 3, 4], #_sourceLocation)
    let tall = grey(1, [10, 20, 30, 40])
    expect(
      fitted(tall, 2, 4), [17.5, 17.5, 22.5, 22.5, 27.5, 27.5, 32.5, 32.5], #_sourceLocation)
  }

  @Test func paddingShowsAllOnBackground() {
    let wide = grey(4, [10, 20, 30, 40])
    expect(
      fitted(wide, 4, 3, fit: .pad, background: 7),
      [7, 7, 7, 7, 10, 20, 30, 40, 7, 7, 7, 7], #_sourceLocation)
    expect(
      fitted(grey(1, [10, 30]), 3, 1, fit: .pad, background: 0), [0, 20, 0], #_sourceLocation)
    expect(
      fitted(wide, 4, 2, fit: .pad, channels: 3)[0..<8].map { $0 },
      [10, 20, 30, 40, 255, 255, 255, 255], #_sourceLocation)
  }

  @Test func stretchingScalesEachAxisByItself() {
    expect(
      fitted(grey(4, [0, 20, 40, 60]), 2, 2, fit: .stretch), [10, 50, 10, 50], #_sourceLocation)
  }

  @Test(arguments: [(1, 1), (1, 4096), (7, 3), (3, 7), (1000, 999), (999, 1000), (4095, 4096)])
  func weightsSumToOneAndStayInside(extent: Int, count: Int) {
    for length in [Double(extent), Double(extent) * 0.731] {
      let start = Int((Double(extent) - length) / 2)
      let weights = AxisWeights(count: count, from: start, length: length, of: extent)
      #expect(weights.taps.count == count)
      for tap in weights.taps {
        #expect(abs(tap.weights.reduce(0, +) - 1) < 1e-5)
        #expect(tap.weights.allSatisfy { $0 >= 0 })
        #expect(tap.first >= 0 && tap.first + tap.weights.count <= extent)
      }
    }
  }

  @Test func sizesAreBoundedOnASideAndInAll() throws {
    try Raster.requireAdmitted(width: 65_535, height: 1_024)
    for (width, height) in [(65_536, 1), (1, 65_536), (8_193, 8_192), (.max, .max), (0, 5)] {
      try expectError(.invalidData, containing: "\(width)×\(height)") {
        try Raster.requireAdmitted(width: width, height: height)
      }
    }
  }

  /// Rows that are added one at a time give what weighing all of them gives.
  @Test(arguments: [(9, 7, 5, 4), (5, 4, 9, 7), (9, 4, 5, 7), (3, 11, 3, 5)])
  func bothAxesAreWeighedAlike(_ width: Int, _ height: Int, _ toWidth: Int, _ toHeight: Int) {
    let raster = grey(width, noise(width * height))
    let columns = AxisWeights(count: toWidth, from: 0, length: Double(width), of: width).taps
    let rows = AxisWeights(count: toHeight, from: 0, length: Double(height), of: height).taps
    let expected = rows.flatMap { row in
      columns.map { column in
        row.weights.indices.reduce(Float(0)) { sum, y in
          column.weights.indices.reduce(sum) { sum, x in
            let byte = raster.bytes[(row.first + y) * width + column.first + x]
            return sum + row.weights[y] * column.weights[x] * Float(byte)
          }
        }
      }
    }
    expect(fitted(raster, toWidth, toHeight, fit: .stretch), expected, #_sourceLocation)
  }

  @Test func aConstantStaysConstant() {
    let raster = grey(37, [UInt8](repeating: 200, count: 37 * 23))
    for (width, height) in [(5, 5), (64, 64), (36, 24), (1, 90)] {
      for fit in ImageConfiguration.Fit.allCases where fit != .pad {
        #expect(fitted(raster, width, height, fit: fit).allSatisfy { abs($0 - 200) < 1e-3 })
      }
    }
  }
}
