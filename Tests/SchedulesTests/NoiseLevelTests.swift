import Core
import Foundation
import Schedules
import TestSupport
import Testing

@Suite struct NoiseLevelTests {
  @Test(arguments: [1e-12, 1e-6, 0.01, 0.25, 0.5, 0.9, 0.999999, 1 - 1e-12])
  func roundTrips(value: Double) {
    let level = NoiseLevel(alphaCumprod: value)
    expectClose(level.alphaCumprod, value, rtol: 1e-12)
    expectClose(level.alpha * level.alpha + level.sigma * level.sigma, 1, rtol: 1e-12)
    expectClose(NoiseLevel(noiseLevel: value).noiseLevel, value, rtol: 1e-12)
    expectClose(level.snr, value / (1 - value), rtol: 1e-12)

    let again = NoiseLevel(logSNR: level.logSNR)
    expectClose(again.alpha, level.alpha, rtol: 1e-12)
    expectClose(again.sigma, level.sigma, rtol: 1e-12)
  }

  @Test(arguments: [-600, -40, -1e-3, 0, 1, 30, 600.0])
  func logSNRRoundTrip(logSNR: Double) {
    expectClose(NoiseLevel(logSNR: logSNR).logSNR, logSNR, rtol: 1e-12, atol: 1e-12)
  }

  @Test func ends() {
    #expect(NoiseLevel(logSNR: .infinity) == .clean)
    #expect(NoiseLevel(alphaCumprod: 1) == .clean)
    #expect(NoiseLevel(noiseLevel: 1) == .clean)
    #expect(NoiseLevel.clean.snr == .infinity)
    #expect(NoiseLevel.clean.logSNR == .infinity)
    let noise = NoiseLevel(alpha: 0, sigma: 1)
    #expect(NoiseLevel(logSNR: -.infinity) == noise)
    #expect(NoiseLevel(alphaCumprod: 0) == noise)
    #expect((noise.logSNR, noise.noiseLevel) == (-.infinity, 0))
  }

  /// √ᾱ is the signal's share of the root mean square, whatever the process scales it by.
  @Test func noiseLevelOfAnyProcess() {
    let preserving = NoiseLevel(alpha: 0.6, sigma: 0.8)
    let exploding = NoiseLevel(alpha: 1, sigma: 0.8 / 0.6)
    expectClose(preserving.noiseLevel, 0.6, rtol: 1e-15)
    expectClose(exploding.noiseLevel, 0.6, rtol: 1e-15)
    expectClose(exploding.logSNR, preserving.logSNR, rtol: 1e-12)
  }

  @Test func addNoise() {
    let level = NoiseLevel(alpha: 0.6, sigma: 0.8)
    let noisy = level.addNoise(x0: [1, -2, 0], noise: [0.5, 1, -1])
    for (found, expected) in zip(noisy, [1.0, -0.4, -0.8]) {
      expectClose(found, expected, atol: 1e-15)
    }
    #expect(NoiseLevel.clean.addNoise(x0: [3, 4], noise: [9, 9]) == [3, 4])
  }

  @Test func codable() throws {
    let level = NoiseLevel(alphaCumprod: 0.3)
    #expect(try JSONValue(encoding: level).decoded() == level)
  }
}
