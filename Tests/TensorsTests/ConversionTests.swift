import Testing

@testable import Tensors

@Suite("Element types") struct ConversionTests {
  @Test(
    "Types have their sizes and safetensors' names",
    arguments: [
      (DType.float32, "F32", 4), (.float64, "F64", 8), (.bfloat16, "BF16", 2), (.float16, "F16", 2),
      (.int64, "I64", 8),
    ])
  func names(dtype: DType, name: String, bytes: Int) throws {
    #expect(dtype.rawValue == name && dtype.byteCount == bytes)
    #expect(DType(code: dtype.code) == dtype)
    let three = try Tensor.full(3, shape: [2], dtype: dtype)
    #expect(three.dtype == dtype)
    #expect(try three.bytes().count == 2 * bytes)
    #expect(try three.floats() == [3, 3])
  }

  @Test("Small whole numbers survive every conversion", arguments: DType.allCases, DType.allCases)
  func exact(from: DType, to: DType) throws {
    let values: [Double] = [0, 1, -2, 100]
    let converted = try Tensor(values, shape: [4]).to(from).to(to)
    #expect(converted.dtype == to)
    #expect(try converted.doubles() == values)
  }

  @Test("Each type rounds as it should")
  func rounding() throws {
    let third = try Tensor([1.0 / 3], shape: [1])
    #expect(try third.doubles() == [1.0 / 3])
    #expect(try third.to(.float32).doubles() == [Double(Float(1) / 3)])
    #expect(try third.to(.bfloat16).doubles() == [0.333984375])
    #expect(try third.to(.float16).doubles() == [0.333251953125])
    #expect(try Tensor([-2.75, 2.75], shape: [2]).to(.int64).doubles() == [-2, 2])
    #expect(try Tensor([1e5], shape: [1]).to(.float16).doubles() == [.infinity])
  }

  @Test("Conversion to the same type is the same tensor")
  func same() throws {
    let x = try Tensor([1.0], shape: [1])
    try x.to(.float64).copy(from: x * 5)
    #expect(try x.item() == 5)
  }

  @Test("Not a number and infinity are handed through")
  func special() throws {
    let values = try Tensor([Float.nan, .infinity, -.infinity], shape: [3]).floats()
    #expect(values[0].isNaN && values[1] == .infinity && values[2] == -.infinity)
  }

  @Test("A permuted tensor is read row-major all the same")
  func rowMajor() throws {
    let x = try Tensor([Float(1), 2, 3, 4, 5, 6], shape: [2, 3]).permuted([1, 0])
    #expect(try x.floats() == [1, 4, 2, 5, 3, 6])
    #expect(try x.bytes() == Tensor([Float(1), 4, 2, 5, 3, 6], shape: [6]).bytes())
  }
}
