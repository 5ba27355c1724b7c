import Core
import Foundation
import TestSupport
import Testing

@testable import Networks
@testable import Tensors

@Suite("The short-time Fourier transform around a network") struct SpectrumTests {
  @Test("Back from the spectrum comes the signal", arguments: [1, 7, 8, 9, 63, 64, 200])
  func inverse(time: Int) throws {
    let fourier = try ShortTimeFourier(window: 16, dtype: .float64)
    let x = try noise([2, 3, time])
    let (real, imaginary) = try fourier.analysis(x)
    #expect(real.shape == [2, 3, fourier.frames(of: time), 8] && imaginary.shape == real.shape)
    let y = try fourier.synthesis(real: real, imaginary: imaginary, time: time)
    #expect(y.shape == x.shape)
    expectClose(try y.doubles(), try x.doubles(), atol: 1e-12)
    expectClose(
      try (real * real + imaginary * imaginary).sum().item(), try (x * x).sum().item(), rtol: 1e-12)
  }

  /// Frame 3 begins at sample 2·hop: its bins are windowed sums, bin 0 the constant and the alternating
  /// one.
  @Test("Every bin is the sum that defines it")
  func definition() throws {
    let (window, hop) = (16, 8)
    let x = try noise([1, 1, 64])
    let values = try x.doubles()
    let (real, imaginary) = try ShortTimeFourier(window: window, dtype: .float64).analysis(x)
    let (re, im) = try (real.doubles(), imaginary.doubles())
    func sum(_ basis: (Double) -> Double) -> Double {
      (0..<window).reduce(0) {
        $0 + values[2 * hop + $1] * sin(.pi * Double($1) / Double(window)) * basis(Double($1))
      }
    }
    for bin in 1..<8 {
      let step = 2 * .pi * Double(bin) / Double(window)
      let scale = (2 / Double(window)).squareRoot()
      expectClose(re[3 * 8 + bin], scale * sum { cos(step * $0) }, atol: 1e-12)
      expectClose(im[3 * 8 + bin], -scale * sum { sin(step * $0) }, atol: 1e-12)
    }
    let scale = (1 / Double(window)).squareRoot()
    expectClose(re[3 * 8], scale * sum { _ in 1 }, atol: 1e-12)
    expectClose(im[3 * 8], scale * sum { cos(.pi * $0) }, atol: 1e-12)
  }

  /// A complex gain on the second of two inputs.
  @Test("Gains multiply the spectra of the inputs, whose sum comes out")
  func gains() throws {
    let fourier = try ShortTimeFourier(window: 16, dtype: .float64)
    let edge = SpectralEdge(fourier: fourier, inputs: 2, outputs: 1, fold: 4)
    let x = try noise([3, 2, 40])
    let frames = fourier.frames(of: 40)
    let y = try edge(x) { image in
      #expect(image.shape == [3, SpectralEdge.features(2, fold: 4), 2, frames])
      // Channels: part (real, imaginary) × input × fold.
      let parts = try [(0.0, 0), (0.5, 0), (0.0, 1), (-0.25, 1)].map { value, _ in
        try Tensor.full(value, shape: [3, 4, 2, frames], dtype: .float64)
      }
      return try Tensor.concatenated(parts, dim: 1)
    }
    let second = try x.sliced(dim: 1, 1..<2)
    let (real, imaginary) = try fourier.analysis(second)
    let expected = try fourier.synthesis(
      real: real * 0.5 + imaginary * 0.25, imaginary: imaginary * 0.5 + real * -0.25, time: 40)
    expectClose(try y.doubles(), try expected.doubles(), atol: 1e-12)
  }

  /// Each bin's three features stand where its gain is applied: a gain that is 1 at the strongest
  /// bins alone takes a sine out of a mixture of two.
  @Test("The image has a place for each bin, in the order of the gains")
  func places() throws {
    let fourier = try ShortTimeFourier(window: 32, dtype: .float64)
    let edge = SpectralEdge(fourier: fourier, inputs: 1, outputs: 1, fold: 4)
    let tone = { (bin: Double) in (0..<256).map { sin(2 * .pi * bin / 32 * Double($0)) } }
    let (low, high) = (tone(3), tone(10))
    let x = try Tensor(zip(low, high).map { $0 + 0.1 * $1 }, shape: [1, 1, 256])
    let y = try edge(x) { image in
      // The sizes are the last third of the channels: [1, fold, rows, frames].
      let sizes = try image.sliced(dim: 1, 8..<12).doubles()
      let gains = sizes.map { $0 > 0.9 ? 1.0 : 0 }
      let shape = [1, 4, image.shape[2], image.shape[3]]
      return try .concatenated(
        [Tensor(gains, shape: shape), .zeros(shape, dtype: .float64)], dim: 1)
    }
    let found = try y.doubles()
    let inside = 64..<192
    func projection(_ tone: [Double]) -> Double {
      inside.reduce(0) { $0 + found[$1] * tone[$1] } / inside.reduce(0) { $0 + tone[$1] * tone[$1] }
    }
    expectClose(projection(low), 1, atol: 0.05)
    expectClose(projection(high), 0, atol: 0.02)
  }

  private func spectral(_ change: (inout UNetConfiguration) -> Void = { _ in })
    -> UNetConfiguration
  {
    tinyConfiguration {
      $0.stftWindow = 32
      $0.patch = 2
      $0.inputChannels = 2
      $0.outputChannels = 1
      $0.attentionLevels = []
      change(&$0)
    }
  }

  @Test("A network takes signals of any length, two channels to one; silence stays silence")
  func network() throws {
    let network = try UNet(spectral())
    #expect(
      try network(noise([1, 2, 50], dtype: .float32), noiseLevels: [0]).abs().sum().item() == 0)
    try perturb(network)
    for time in [1, 15, 16, 17, 100] {
      let y = try network(noise([2, 2, time], dtype: .float32), noiseLevels: [0.5])
      #expect(y.shape == [2, 1, time])
      #expect(try y.abs().sum().item() > 0)
      #expect(try y.floats().allSatisfy(\.isFinite))
    }
    let silence = try network(.zeros([1, 2, 100]), noiseLevels: [0.5])
    #expect(try silence.floats().allSatisfy { $0 == 0 })
  }

  @Test("Central differences, and a gradient for every parameter")
  func gradients() throws {
    let network = try UNet(spectral(), seed: 1, dtype: .float64)
    try perturb(network)
    let x = try noise([1, 2, 70])
    func loss() throws -> Tensor {
      let y = try network(x, noiseLevels: [0.3])
      return try (y * noise(y.shape, seed: 9)).sum()
    }
    try loss().backward()
    for parameter in network.parameters {
      let gradient = try #require(parameter.tensor.gradient, "\(parameter.name)").doubles()
      let values = try parameter.tensor.doubles()
      func value(_ change: Double) throws -> Double {
        var changed = values
        changed[0] += change
        try parameter.tensor.copy(from: Tensor(changed, shape: parameter.tensor.shape))
        return try withoutGradient { try loss().item() }
      }
      let expected = try (value(1e-5) - value(-1e-5)) / 2e-5
      try parameter.tensor.copy(from: Tensor(values, shape: parameter.tensor.shape))
      expectClose(gradient[0], expected, rtol: 1e-5, atol: 1e-6, "\(parameter.name)")
    }
  }

  @Test("The same bits alone and among others")
  func batches() throws {
    let network = try UNet(
      spectral {
        $0.stftWindow = 512
        $0.patch = 4
        $0.width = 32
        $0.groups = 8
      })
    try perturb(network, by: 0.05)
    for precision in [Precision.float32, .bfloat16] {
      network.use(precision)
      try withoutGradient {
        let x = try noise([6, 2, 9_000], dtype: .float32)
        let all = try network(x, noiseLevels: [0.5])
        for range in [0..<1, 3..<4, 1..<4] {
          let part = try network(x.sliced(dim: 0, range), noiseLevels: [0.5])
          #expect(try part.floats() == all.sliced(dim: 0, range).floats(), "\(range) \(precision)")
        }
      }
    }
  }

  @Test("A window that does not fit is refused", arguments: [3, 24, -8, 65_540])
  func windows(window: Int) throws {
    try expectError(.configuration, containing: "stft_window is \(window)") {
      _ = try UNet(
        spectral {
          $0.stftWindow = window; $0.patch = 16
        })
    }
  }
}
