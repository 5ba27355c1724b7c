import Schedules
import Tensors
import TestSupport
import Testing

@testable import Diffusion

@Suite struct WindowedTests {
  static let level = NoiseLevel(logSNR: 0.5)

  /// Windows cover the axis from end to end, overlap enough, and are no more than needed; the
  /// weights of those at any place sum to 1 once they are divided by their sum, which is not small.
  @Test(arguments: [1, 7, 8, 9, 11, 12, 13, 16, 17, 100, 1001], [(8, 4), (8, 1), (9, 4), (2, 1)])
  func windowsCoverTheAxis(extent: Int, size: (window: Int, overlap: Int)) {
    let windows = Windows(extent: extent, window: size.window, overlap: size.overlap)
    guard extent > size.window else {
      #expect(windows.count == 1 && windows[0] == 0..<extent)
      return
    }
    #expect(windows[0].lowerBound == 0 && windows[windows.count - 1].upperBound == extent)
    #expect((windows.count - 2) * (size.window - size.overlap) + size.window < extent)
    var sum = [Double](repeating: 0, count: extent)
    for number in 0..<windows.count {
      let range = windows[number]
      #expect(range.count == size.window)
      if number > 0 { #expect(windows[number - 1].upperBound - range.lowerBound >= size.overlap) }
      let fade = windows.fades[windows.kind(of: number)]
      for (place, weight) in zip(range, fade) {
        #expect(weight > 0 && weight <= 1)
        sum[place] += weight
      }
    }
    // sin² + cos² where two neighbours share just the overlap.
    #expect(sum.allSatisfy { $0 > 0.999 })
    let spare = extent - size.window
    if spare % (size.window - size.overlap) == 0 {
      expectClose(sum, Array(repeating: 1, count: extent), rtol: 1e-12)
    }
  }

  /// Where values do not hang together across windows the windows give what the base gives.
  @Test(arguments: [[3, 2, 64], [2, 1, 5, 37]], [16, 11])
  func exactWithoutCorrelation(shape: [Int], window: Int) throws {
    let base = GaussianDenoiser(mean: 0.3, deviation: 0.5)
    let x = try normal(shape, seed: 1)
    let windowed = WindowedDenoiser(base, window: window, batchSize: 3)
    let found = try windowed(x, at: Self.level)
    #expect(found.shape == shape && found.dtype == .float64)
    expectClose(try found.doubles(), try base(x, at: Self.level).doubles(), rtol: 1e-12)
    let single = try windowed(x.to(.float32), at: Self.level)
    #expect(single.dtype == .float32)
  }

  /// An item that fits into a window goes to the base as it is.
  @Test(arguments: [1, 15, 16]) func oneWindowIsTheBase(extent: Int) throws {
    let base = RecordingDenoiser(GaussianDenoiser(mean: 0.3, deviation: 0.5))
    let x = try normal([2, 1, extent], seed: 2)
    let found = try WindowedDenoiser(base, window: 16, batchSize: 1)(x, at: Self.level)
    #expect(try [found.doubles()] == base.estimates)
    #expect(try [x.doubles()] == base.states)
  }

  /// The base sees no more than `batchSize` windows at a time, and the number changes no bit.
  @Test func batchSizeChangesNothing() throws {
    let x = try normal([3, 2, 100], seed: 3).to(.float32)
    func estimate(_ batchSize: Int) throws -> [Float] {
      let base = RecordingDenoiser(CorrelatedDenoiser(autoregressive: 0.8, extent: 16))
      let found = try WindowedDenoiser(base, window: 16, batchSize: batchSize)(x, at: Self.level)
      #expect(base.states.allSatisfy { $0.count <= batchSize * 2 * 16 })
      return try found.floats()
    }
    let one = try estimate(1)
    for batchSize in [2, 7, 8, 1_000] { #expect(try estimate(batchSize) == one) }
  }

  /// A stationary process, generated eight windows long from a model of one window: in variance, and
  /// in the difference of neighbours, joins are as the rest is within five standard errors, and all
  /// is as what the model makes of one window.
  @Test(arguments: [Sampler.ddim(eta: 0), .ddpm()]) func noSeam(sampler: Sampler) throws {
    let (window, items) = (64, 256)
    let long = try generated(sampler, overlap: window / 2, items: items)
    let short = try generated(sampler, extent: window, overlap: window / 2, items: items * 8)
    let windows = Windows(extent: 512, window: window, overlap: window / 2)
    let starts = (2..<(windows.count - 1)).map { windows[$0].lowerBound }
    // Where a window starts and another ends, and where two count the same.
    let joins = [starts, starts.map { $0 + window / 4 }]
    let rest = Array(Set(window..<(512 - window)).subtracting(joins.joined()))
    for lag in [0, 1] {
      let expected = variance(long, lag, at: rest)
      for places in joins {
        let error = expected * (2 / Double(places.count * items)).squareRoot()
        expectClose(variance(long, lag, at: places), expected, atol: 5 * error, "lag \(lag)")
      }
      let alone = variance(short, lag, extent: window, at: Array(16..<48))
      expectClose(expected, alone, rtol: 0.1, "lag \(lag)")
    }
  }

  /// The same figure shows the seams of windows that share but one position.
  @Test func seamsWouldBeSeen() throws {
    let items = 256
    let long = try generated(.ddim(), overlap: 1, items: items)
    let windows = Windows(extent: 512, window: 64, overlap: 1)
    let starts = (1..<windows.count).map { windows[$0].lowerBound }
    let rest = Array(Set(64..<448).subtracting(starts))
    let expected = variance(long, 1, at: rest)
    let error = expected * (2 / Double(starts.count * items)).squareRoot()
    #expect(variance(long, 1, at: starts) > expected + 10 * error)
  }

  /// Items of a process whose neighbours hang together by 0.95, by its exact model of 64 positions.
  private func generated(
    _ sampler: Sampler, extent: Int = 512, overlap: Int, items: Int
  ) throws -> [Double] {
    let model = CorrelatedDenoiser(autoregressive: 0.95, extent: 64)
    let noise = try normals([items, 1, extent], seed: UInt32(extent))
    return try sampler.sample(
      WindowedDenoiser(model, window: 64, overlap: overlap, batchSize: 64), from: noise(),
      along: NoiseSchedule.cosine.table().ladder(steps: 100, spacing: .trailing), noise: noise
    ).doubles()
  }

  /// The variance at `places` of items of `extent`, or of their difference to the place before.
  private func variance(
    _ x: [Double], _ lag: Int, extent: Int = 512, at places: [Int]
  ) -> Double {
    Moments(
      places.flatMap { place in
        stride(from: place, to: x.count, by: extent).map { x[$0] - (lag == 0 ? 0 : x[$0 - 1]) }
      }
    ).variance
  }
}
