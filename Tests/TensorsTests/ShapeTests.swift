import Tensors
import TestSupport
import Testing

@Suite("Shapes and memory layout") struct ShapeTests {
  private let x = Result { try Tensor((0..<6).map(Double.init), shape: [2, 3]) }

  @Test func reshape() throws {
    let y = try x.get().reshaped([3, -1])
    #expect(y.shape == [3, 2])
    #expect(try y.doubles() == [0, 1, 2, 3, 4, 5])
  }

  @Test func permute() throws {
    let y = try x.get().permuted([1, 0])
    #expect(y.shape == [3, 2])
    #expect(try y.doubles() == [0, 3, 1, 4, 2, 5])
    #expect(try y.reshaped([6]).doubles() == [0, 3, 1, 4, 2, 5])
  }

  @Test("A slice, an empty one, and the whole")
  func slice() throws {
    let x = try x.get()
    #expect(try x.sliced(dim: 1, 1..<3).doubles() == [1, 2, 4, 5])
    #expect(try x.sliced(dim: 0, 1..<2).shape == [1, 3])
    #expect(try x.sliced(dim: 1, 3..<3).shape == [2, 0])
    #expect(try x.sliced(dim: 1, 3..<3).doubles() == [])
    #expect(try x.sliced(dim: 0, 0..<2).doubles() == x.doubles())
  }

  @Test("A negative dimension counts from the last one")
  func negativeDimension() throws {
    #expect(try x.get().sliced(dim: -1, 1..<2).doubles() == [1, 4])
  }

  @Test(
    "A slice outside the shape is an error, never a shorter slice",
    arguments: [
      (1, 0..<4), (1, 4..<4), (0, 2..<3), (2, 0..<1), (1, -1..<2), (7, 0..<0),
    ])
  func sliceOutside(dim: Int, range: Range<Int>) throws {
    try expectError(.engine, containing: "outside the shape [2, 3]") {
      _ = try x.get().sliced(dim: dim, range)
    }
  }

  @Test("A dimension before the first is an error")
  func sliceBeforeFirst() throws {
    try expectError(.engine, containing: "out of range") {
      _ = try x.get().sliced(dim: -3, 0..<1)
    }
  }

  @Test func concatenate() throws {
    let x = try x.get()
    let y = try Tensor.concatenated([x, x.sliced(dim: 1, 0..<1)], dim: 1)
    #expect(y.shape == [2, 4])
    #expect(try y.doubles() == [0, 1, 2, 0, 3, 4, 5, 3])
  }

  @Test func stack() throws {
    let x = try x.get()
    let y = try Tensor.stacked([x, x + 10])
    #expect(y.shape == [2, 2, 3])
    #expect(try y.doubles() == [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15])
  }

  @Test("Padding puts zeros after the end, amounts in the order of the dimensions")
  func pad() throws {
    let x = try x.get()
    let y = try x.paddedAfter([1, 2])
    #expect(y.shape == [3, 5])
    #expect(try y.doubles() == [0, 1, 2, 0, 0, 3, 4, 5, 0, 0, 0, 0, 0, 0, 0])
    #expect(try x.paddedAfter([1]).shape == [2, 4])
  }

  @Test("Zeros like another take its shape and type")
  func zerosLike() throws {
    let zeros = try Tensor.zeros(like: x.get())
    #expect(zeros.shape == [2, 3] && zeros.dtype == .float64 && zeros.device == .cpu)
    #expect(try zeros.doubles() == [Double](repeating: 0, count: 6))
  }

  @Test("Channels-last is a layout: the values and the shape stay")
  func channelsLast() throws {
    let x = try Tensor((0..<24).map(Float.init), shape: [2, 3, 1, 4])
    #expect(!x.isChannelsLast)
    let y = try x.channelsLast()
    #expect(y.isChannelsLast && y.shape == x.shape)
    #expect(try y.floats() == x.floats())
    // The bytes now run over the channels first: as [batch, height, width, channels] they are flat.
    let bytes = try y.permuted([0, 2, 3, 1])
    #expect(try bytes.reshaped([24]).floats().prefix(4) == [0, 4, 8, 1])
  }

  @Test("Elementwise operations and convolutions keep channels-last")
  func layoutIsKept() throws {
    let x = try Tensor([Float](repeating: 1, count: 24), shape: [2, 3, 1, 4]).channelsLast()
    let weight = try Tensor([Float](repeating: 1, count: 45), shape: [5, 3, 1, 3])
    #expect(try (x + x).isChannelsLast)
    #expect(try x.silu().isChannelsLast)
    #expect(
      try x.convolved(weight, bias: nil, stride: [1, 1], padding: [0, 1], dilation: [1, 1])
        .isChannelsLast)
    #expect(try Tensor.concatenated([x, x], dim: 1).isChannelsLast)
    #expect(try x.to(.float64).isChannelsLast)
  }

  @Test("Only a rank-4 tensor has channels to lay last")
  func wrongRank() throws {
    #expect(try !x.get().isChannelsLast)
    try expectError(.engine) { _ = try x.get().channelsLast() }
  }
}
