import Core
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Networks

/// Layers against their definitions, written out as loops in float64.
@Suite("Layers") struct LayerTests {
  @Test(
    "Group norm, and the largest number of groups that divides the channels",
    arguments: [
      (8, 8, 8), (8, 3, 2), (6, 4, 3), (7, 4, 1), (4, 32, 4), (5, 1, 1),
    ])
  func groupNorm(channels: Int, wanted: Int, used: Int) throws {
    let layer = try GroupNorm(channels, groups: wanted, Initializer(seed: 1, dtype: .float64))
    try perturb(layer)
    let x = try noise([2, channels, 2, 5])
    let expected = try normalize(HostArray(x), layer, groups: used)
    for input in try [x, x.channelsLast()] {
      expectClose(
        try input.groupNormalized(layer()).doubles(), expected.values, rtol: 1e-10, atol: 1e-10)
      expectClose(
        try input.groupNormalized(layer(silu: true)).doubles(), expected.map(silu).values,
        rtol: 1e-10, atol: 1e-10)
    }
  }

  @Test("FiLM scales and shifts each channel", arguments: [1, 2])
  func film(items: Int) throws {
    let layer = try GroupNorm(4, groups: 2, Initializer(seed: 1, dtype: .float64))
    try perturb(layer)
    let x = try noise([2, 4, 1, 5]).channelsLast(), film = try noise([items, 8, 1, 1], seed: 3)
    let normal = try normalize(HostArray(x), layer, groups: 2), f = try HostArray(film)
    let expected = HostArray(shape: x.shape) { b, c, y, i in
      let item = items == 1 ? 0 : b
      return silu(normal[b, c, y, i] * (1 + f[item, c, 0, 0]) + f[item, 4 + c, 0, 0])
    }
    expectClose(
      try x.groupNormalized(layer(film: film, silu: true)).doubles(), expected.values, rtol: 1e-10,
      atol: 1e-10)
  }

  @Test("A residual block, with and without a convolution on its skip", arguments: [4, 6], 1...2)
  func residualBlock(outputs: Int, rank: Int) throws {
    let configuration = tinyConfiguration(rank: rank)
    let block = try ResidualBlock(
      4, outputs, dilation: 2, embedding: 3, configuration, Initializer(seed: 2, dtype: .float64))
    #expect((block.skip == nil) == (outputs == 4))
    let x = try noise([2, 4, rank == 1 ? 1 : 5, 6]), embedding = try noise([2, 3, 1, 1], seed: 5)
    if outputs == 4 {
      expectClose(
        try block([x], modulation: block.film(embedding)).doubles(), try x.doubles(), rtol: 1e-10,
        atol: 1e-10,
        "an untrained block")
    }
    try perturb(block)

    let host = try HostArray(x)
    let h = try convolve(
      normalize(host, block.norm1, groups: 2).map(silu), block.conv1, dilation: 2)
    let film = try convolve(HostArray(embedding), block.film)
    let normal = try normalize(h, block.norm2, groups: 2)
    let modulated = HostArray(shape: normal.shape) { b, c, y, i in
      silu(normal[b, c, y, i] * (1 + film[b, c, 0, 0]) + film[b, outputs + c, 0, 0])
    }
    let skip = try block.skip.map { try convolve(host, $0) } ?? host
    let expected = try skip + convolve(modulated, block.conv2)
    expectClose(
      try block([x.channelsLast()], modulation: block.film(embedding)).doubles(), expected.values,
      rtol: 1e-10,
      atol: 1e-10)
  }

  @Test(
    "Self-attention: every position asks every other, in each head",
    arguments: [
      (8, 4, 2, [2, 8, 1, 5]), (6, 4, 1, [1, 6, 2, 3]), (8, 2, 4, [3, 8, 1, 1]),
      (4, 64, 1, [2, 4, 1, 3]),
    ])
  func selfAttention(channels: Int, headWidth: Int, heads: Int, shape: [Int]) throws {
    let layer = try SelfAttention(
      channels, headWidth: headWidth, groups: 2, Initializer(seed: 4, dtype: .float64))
    let x = try noise(shape)
    expectClose(
      try layer(x).doubles(), try x.doubles(), rtol: 1e-10, atol: 1e-10, "untrained attention")
    try perturb(layer)

    let host = try HostArray(x)
    let qkv = try convolve(normalize(host, layer.norm, groups: 2), layer.qkv)
    let (width, columns) = (channels / heads, shape[3])
    let positions = shape[2] * columns
    func part(_ which: Int, _ b: Int, _ c: Int, _ p: Int) -> Double {
      qkv[b, which * channels + c, p / columns, p % columns]
    }
    let mixed = HostArray(shape: shape) { b, c, y, i in
      let (p, first) = (y * columns + i, c / width * width)
      let scores = (0..<positions).map { q in
        (first..<(first + width)).reduce(0) { $0 + part(0, b, $1, p) * part(1, b, $1, q) }
          / Double(width).squareRoot()
      }
      let weights = scores.map { exp($0 - (scores.max() ?? 0)) }
      let sum = weights.reduce(0, +)
      return (0..<positions).reduce(0) { $0 + weights[$1] / sum * part(2, b, c, $1) }
    }
    let expected = try host + convolve(mixed, layer.output)
    expectClose(try layer(x.channelsLast()).doubles(), expected.values, rtol: 1e-10, atol: 1e-10)
  }
}
