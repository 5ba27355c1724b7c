import Core
import Foundation
import Tensors
import TestSupport
import Testing

/// The count of live handles belongs to the process, in which other tests run meanwhile. So each of
/// these tests runs in a process of its own.
@Suite("Live handles") struct LiveHandleTests {
  @Test("A tensor and a source of random numbers are one handle each, until their last copy goes")
  func count() async {
    await #expect(processExitsWith: .success) {
      #expect(Engine.liveHandles == 0)
      do {
        let x = try Tensor([1.0], shape: [1])
        #expect(Engine.liveHandles == 1)
        let copy = x
        #expect(Engine.liveHandles == 1)
        let random = try RandomSource(seed: 0, item: 0)
        #expect(Engine.liveHandles == 2)
        try withExtendedLifetime((x, copy, random)) {
          _ = try x + copy
          #expect(Engine.liveHandles == 2)
        }
      }
      #expect(Engine.liveHandles == 0)
    }
  }

  @Test("Operations leave nothing behind")
  func operations() async {
    await #expect(processExitsWith: .success) {
      for _ in 0..<50 {
        let x = try RandomSource(seed: 0, item: 1).normal([2, 4, 1, 16]).channelsLast()
        let weight = try Tensor.full(0.1, shape: [4, 4, 1, 3])
        let y = try x.convolved(
          weight, bias: nil, stride: [1, 1], padding: [0, 1], dilation: [1, 1])
        _ = try Tensor.concatenated([x, y, y], dim: 1).paddedAfter([1]).sliced(dim: 3, 0..<4)
          .permuted([0, 2, 3, 1]).reshaped([-1]).softmax(dim: 0).to(.float64).doubles()
        _ = try Tensor.stacked([x.mean(), y.sum()])
      }
      #expect(Engine.liveHandles == 0)
    }
  }

  @Test("Errors in the middle leave nothing behind")
  func errors() async {
    await #expect(processExitsWith: .success) {
      for _ in 0..<5 {
        for example in EngineErrorTests.cases {
          #expect(throws: StirError.self) { try example.body(.full(1, shape: [2, 3])) }
        }
        #expect(throws: StirError.self) {
          _ = try Tensor.stacked([.zeros([2]), .zeros([2]), .zeros([3])])
        }
      }
      #expect(Engine.liveHandles == 0)
    }
  }

  @Test("A loop of training holds the same number of handles at every step")
  func training() async {
    await #expect(processExitsWith: .success) {
      do {
        let weight = try Tensor.full(0.1, shape: [4, 4, 1, 3]).requiringGradient()
        let (moment, square) = try (Tensor.zeros(like: weight), Tensor.zeros(like: weight))
        let average = try Tensor.zeros(like: weight)
        var counts: Set<Int> = []
        for step in 0..<40 {
          let x = try RandomSource(seed: 1, item: step).normal([2, 4, 1, 16])
          let loss = try x.convolved(
            weight, bias: nil, stride: [1, 1], padding: [0, 1], dilation: [1, 1]
          ).silu().mean()
          try loss.backward()
          if let gradient = weight.gradient {
            try AdamWStep(
              rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01,
              update: step + 1, averageWeight: 0.1
            ).apply(
              to: [weight], gradients: [gradient], firstMoments: [moment],
              secondMoments: [square], averages: [average])
          }
          weight.clearGradient()
          // A step that fails half way, its graph built.
          _ = try? loss.reshaped([5])
          counts.insert(Engine.liveHandles)
        }
        #expect(counts == [6], "weight, moments, average, x and loss: \(counts)")
      }
      #expect(Engine.liveHandles == 0)
    }
  }

  @Test("Reading and refusing safetensors files leaves nothing behind")
  func files() async throws {
    let folder = try TemporaryFolder()
    await #expect(processExitsWith: .success) { [path = folder.url.path as String] in
      let url = URL(fileURLWithPath: path).appendingPathComponent("a.safetensors")
      for _ in 0..<10 {
        try SafeTensors(tensors: ["a": .zeros([3]), "b": .zeros([2])]).write(to: url)
        #expect(try SafeTensors(contentsOf: url).tensors.count == 2)
        try Data(Data(contentsOf: url).dropLast(4)).write(to: url)
        #expect(throws: StirError.self) { try SafeTensors(contentsOf: url) }
      }
      #expect(Engine.liveHandles == 0)
    }
  }
}
