import Foundation
import Tensors
import TestSupport
import Testing

@testable import Networks

@Suite("Noise level embedding") struct NoiseLevelEmbeddingTests {
  // Hugging Face diffusers, tests/models/test_layers_utils.py: dimension 64, positions 0…127,
  // frequency shift 1, sines first; rows 23:26 × columns 47:50.
  @Test("The published sinusoids")
  func published() {
    let values = sinusoidalEmbedding((0..<128).map(Double.init), dimension: 64)
    #expect(values.count == 128 * 64)
    let found = (23..<26).flatMap { row in (47..<50).map { values[row * 64 + $0] } }
    expectClose(
      found, [0.9646, 0.9804, 0.9892, 0.9615, 0.9787, 0.9882, 0.9582, 0.9769, 0.9872], rtol: 0,
      atol: 0.5e-4)
  }

  @Test("Sines first, then cosines, from frequency 1 to 1/10000")
  func ends() {
    let row = sinusoidalEmbedding([2.5], dimension: 8)
    #expect(row[0] == sin(2.5) && row[4] == cos(2.5))
    expectClose([row[3], row[7]], [sin(2.5e-4), cos(2.5e-4)], rtol: 1e-12, atol: 1e-10)
    #expect(sinusoidalEmbedding([0], dimension: 4) == [0, 0, 1, 1])
    #expect(sinusoidalEmbedding([], dimension: 4) == [])
  }

  @Test("Two linear layers over the sinusoids of 5000 times the level")
  func layers() throws {
    let layer = try NoiseLevelEmbedding(
      dimension: 6, width: 5, Initializer(seed: 1, dtype: .float64))
    try perturb(layer)
    let levels = [0.0, 0.25, 1]
    let sinusoids = sinusoidalEmbedding([0, 1_250, 5_000], dimension: 6)
    let input = HostArray(shape: [3, 6, 1, 1]) { b, c, _, _ in sinusoids[b * 6 + c] }
    let hidden = try convolve(input, layer.linear1).map(silu)
    let expected = try convolve(hidden, layer.linear2).map(silu)
    let found = try layer(levels, device: .cpu)
    #expect(found.shape == [3, 5, 1, 1] && found.dtype == .float64)
    expectClose(try found.doubles(), expected.values, rtol: 1e-10, atol: 1e-10)
  }
}
