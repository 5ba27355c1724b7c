import Core
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite struct PosthocEMATests {
  private func profile(_ deviation: Double) throws -> PowerProfile {
    try PowerProfile(relativeDeviation: deviation)
  }

  /// EDM2, section 3.1: σ_rel = 0.05 is γ ≈ 16.97, 0.10 is γ ≈ 6.94; the others are numpy's roots.
  @Test(arguments: [
    (0.05, 16.972198602303447), (0.10, 6.937203937601809), (0.075, 10.289116448983853),
    (0.15, 3.5578687748994646), (0.28, 0.16934399376949866),
  ])
  func widthBecomesThePower(deviation: Double, gamma: Double) throws {
    let found = try profile(deviation).gamma
    expectClose(found, gamma, rtol: 1e-10)
    let (one, two, three) = (found + 1, found + 2, found + 3)
    expectClose(one.squareRoot() / two / three.squareRoot(), deviation, rtol: 1e-12)
  }

  @Test(arguments: [0, -0.1, 0.29, 1, .nan, .infinity])
  func otherWidthsAreRefused(deviation: Double) throws {
    try expectError(.configuration, containing: "sigma_rel", "0.28") { _ = try profile(deviation) }
  }

  /// ∫ p q in closed form against Simpson's rule, whichever ends first.
  @Test(arguments: [
    (0.05, 1.0, 0.1, 0.7), (0.05, 0.4, 0.1, 1), (0.1, 1, 0.1, 1), (0.2, 0.9, 0.05, 1),
  ])
  func innerProductsAreIntegrals(a: Double, endA: Double, b: Double, endB: Double) throws {
    let (p, q) = (try profile(a), try profile(b))
    func density(_ profile: PowerProfile, _ end: Double, at t: Double) -> Double {
      (profile.gamma + 1) * pow(t / end, profile.gamma) / end
    }
    let (end, pieces) = (min(endA, endB), 4_000)
    let integral =
      (0...pieces).reduce(0.0) { sum, i in
        let t = end * Double(i) / Double(pieces)
        let weight: Double = i == 0 || i == pieces ? 1 : i % 2 == 1 ? 4 : 2
        return sum + weight * density(p, endA, at: t) * density(q, endB, at: t)
      } * end / Double(3 * pieces)
    expectClose(p.innerProduct(endingAt: endA, q, endingAt: endB), integral, rtol: 1e-9)
    expectClose(q.innerProduct(endingAt: endB, p, endingAt: endA), integral, rtol: 1e-9)
  }

  /// In libtorch's operations and in the kernel, over more than its chunk.
  @Test(arguments: [(DType.float64, 5, 1e-14), (.float32, 40_000, 1e-6)])
  func averagesMoveTheirShare(dtype: DType, count: Int, tolerance: Double) throws {
    func wave(_ phase: Double) throws -> Tensor {
      try Tensor((0..<count).map { sin(Double($0) * 0.37 + phase) }, shape: [count]).to(dtype)
    }
    let (average, value) = (try wave(0), try wave(1))
    let expected = try zip(average.doubles(), value.doubles()).map { $0 + 0.3 * ($1 - $0) }
    try Tensor.average([average], towards: [value], weight: 0.3)
    expectClose(try average.doubles(), expected, atol: tolerance)
    try expectError(.engine, containing: "average of shape") {
      try Tensor.average([average], towards: [value.sliced(dim: 0, 0..<2)], weight: 0.3)
    }
  }

  /// The averages of a number that is its own update's, against (γ + 1)/(γ + 2) of the last, which is
  /// the profile's mean; the first update leaves nothing of the start.
  @Test func averagesFollowTheProfile() throws {
    let value = try Parameter(Tensor([5.0, -5], shape: [2]).to(.float32))
    let averages = try PosthocEMA([value])
    for update in 1...2_000 {
      try value.tensor.copy(from: Tensor([Double(update), 1], shape: [2]).to(.float32))
      try averages.update([value], update: update)
    }
    for (profile, found) in averages.tracked {
      let gamma = profile.gamma
      let numbers = try found[0].doubles()
      expectClose(numbers[0], 2_000 * (gamma + 1) / (gamma + 2), atol: 0.6)
      expectClose(numbers[1], 1, atol: 1e-5)
    }
  }

  private func snapshots(_ count: Int) throws -> [ProfileFit.Average] {
    try (1...count).flatMap { number in
      try [0.05, 0.1].map { (try profile($0), Double(100 * number)) }
    }
  }

  @Test(arguments: [(0.05, 1, 0), (0.1, 8, 15), (0.05, 100, 198)])
  func aTrackedProfileIsMetExactly(deviation: Double, count: Int, at: Int) throws {
    let fit = ProfileFit(
      (try profile(deviation), Double(100 * count)), from: try snapshots(count))
    for (index, coefficient) in fit.coefficients.enumerated() {
      expectClose(coefficient, index == at ? 1 : 0, atol: 1e-9)
    }
    #expect(fit.error < 1e-6)
  }

  /// Errors of the least squares as numpy finds them.
  @Test(arguments: [(0.075, 20, 0.0023), (0.15, 20, 0.0058), (0.2, 50, 0.0028), (0.03, 10, 0.077)])
  func coefficientsAddUpToOne(deviation: Double, count: Int, error: Double) throws {
    let fit = ProfileFit(
      (try profile(deviation), Double(100 * count)), from: try snapshots(count))
    expectClose(fit.coefficients.reduce(0, +), 1, atol: 1e-10)
    expectClose(fit.error, error, rtol: 0.03)
  }

  /// A real training of 200 steps, 20 snapshots: a third profile, put together from them, beside the
  /// same profile tracked on the way.
  @Test func aThirdProfileComesFromSnapshots() throws {
    let folder = try TemporaryFolder()
    let trainer = try tinyTrainer {
      ($0.steps, $0.snapshotEvery, $0.learningRate) = (200, 10, 3e-3)
    }
    let direct = try PosthocEMA(trainer.network.parameters, relativeDeviations: [0.075])
    var files: [URL] = []
    while trainer.step < 200 {
      _ = try trainer.trainStep()
      try direct.update(trainer.network.parameters, update: trainer.step)
      if trainer.step % 10 == 0 {
        files.append(folder["step-\(trainer.step)"])
        try trainer.writeSnapshot(to: files[files.count - 1])
      }
    }
    func flat(_ tensors: [Tensor]) throws -> [Double] { try tensors.flatMap { try $0.doubles() } }
    func apart(_ a: [Double], _ b: [Double]) -> Double {
      zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }
    func made(_ deviation: Double) throws -> [Double] {
      let made = try EMAReconstruction(try profile(deviation), fromSnapshots: files)
      #expect(made.snapshots == 20 && made.model.step == 200)
      return try flat(made.model.network.parameters.map(\.tensor))
    }
    let third = try made(0.075)
    let wanted = try flat(direct.tracked[0].averages)
    let tracked = try #require(trainer.posthoc).tracked.map { try flat($0.averages) }
    let spread = apart(tracked[0], tracked[1])
    #expect(apart(third, wanted) < 0.003 * spread)
    // A profile that was tracked comes out to the rounding of float32.
    #expect(try apart(made(0.05), tracked[0]) < 1e-6 * spread)
    #expect(try apart(made(0.1), tracked[1]) < 1e-6 * spread)
  }

  @Test func resumedRunReachesTheSameAverages() throws {
    let folder = try TemporaryFolder()
    func trainer(_ every: Int) throws -> Trainer { try tinyTrainer { $0.snapshotEvery = every } }
    let straight = try trainer(3)
    for _ in 0..<6 { _ = try straight.trainStep() }
    let first = try trainer(3)
    for _ in 0..<3 { _ = try first.trainStep() }
    try first.writeCheckpoint(to: folder["half"])
    let second = try trainer(3)
    try second.resume(from: folder["half"])
    for _ in 0..<3 { _ = try second.trainStep() }
    for (name, trainer) in [("a", straight), ("b", second)] {
      try trainer.writeCheckpoint(to: folder[name])
      try trainer.writeSnapshot(to: folder[name + "-snapshot"])
    }
    #expect(try Data(contentsOf: folder["a"]) == Data(contentsOf: folder["b"]))
    #expect(try Data(contentsOf: folder["a-snapshot"]) == Data(contentsOf: folder["b-snapshot"]))

    // Without averages a checkpoint is read where none are wanted, and refused where they are.
    try trainer(0).resume(from: folder["half"])
    try trainer(0).writeCheckpoint(to: folder["without"])
    #expect(try !SafeTensors.shapes(of: folder["without"]).keys.contains { $0.contains("posthoc") })
    try expectError(.invalidData, containing: "posthoc_ema.0.05.", "posthoc_ema_every=0") {
      try trainer(3).resume(from: folder["without"])
    }
  }

  @Test func otherFilesAreNoSnapshots() throws {
    let folder = try TemporaryFolder()
    let trainer = try tinyTrainer { $0.snapshotEvery = 1 }
    try trainer.writeSnapshot(to: folder["untrained"])
    try trainer.model.write(to: folder["model"])
    let wanted = try profile(0.07)
    try expectError(.invalidData, containing: "1 snapshot ") {
      _ = try EMAReconstruction(wanted, fromSnapshots: [folder["untrained"]])
    }
    try expectError(.invalidData, containing: "is not a stir ema snapshot") {
      _ = try EMAReconstruction(wanted, fromSnapshots: [folder["model"]])
    }
    _ = try trainer.trainStep()
    try trainer.writeSnapshot(to: folder["one"])
    #expect(try EMAReconstruction(wanted, fromSnapshots: [folder["one"]]).snapshots == 1)
    var other = UNetConfiguration()
    other.width = 16
    let wide = try Trainer(
      network: UNet(other), data: Sines(), configuration: tinyConfiguration { $0.snapshotEvery = 1 }
    )
    for _ in 0..<2 { _ = try wide.trainStep() }
    try wide.writeSnapshot(to: folder["two"])
    try expectError(.invalidData, containing: "not all of one run") {
      _ = try EMAReconstruction(wanted, fromSnapshots: [folder["one"], folder["two"]])
    }
    try Data(contentsOf: folder["one"]).prefix(3_000).write(to: folder["cut"])
    #expect(
      failure { _ = try EMAReconstruction(wanted, fromSnapshots: [folder["cut"]]) }.code
        == .invalidData)
  }
}
