import Tensors
import Testing

@testable import Networks

@Suite("Folding") struct FoldingTests {
  @Test(
    "Unfolding is the inverse, at both ranks and of both layouts", arguments: 1...2, [1, 2, 3, 4])
  func inverse(rank: Int, factor: Int) throws {
    let x = try noise([2, 3, rank == 1 ? 1 : 2 * factor, 3 * factor])
    for input in try [x, x.channelsLast()] {
      let folded = try input.folded(by: factor, rank: rank)
      let positions = rank == 1 ? factor : factor * factor
      #expect(folded.shape == [2, 3 * positions, rank == 1 ? 1 : 2, 3])
      let back = try folded.unfolded(by: factor, rank: rank)
      #expect(back.shape == x.shape)
      #expect(try back.doubles() == x.doubles())
      #expect(try input.unfolded(by: 1, rank: rank).doubles() == x.doubles())
    }
  }

  @Test("Channel i·c + k of a folded signal is channel k of sample i", arguments: [2, 5])
  func explicitSignal(factor: Int) throws {
    let x = try noise([2, 3, 1, 2 * factor])
    let host = try HostArray(x)
    let expected = HostArray(shape: [2, 3 * factor, 1, 2]) { b, c, y, i in
      host[b, c % 3, y, i * factor + c / 3]
    }
    #expect(try x.channelsLast().folded(by: factor, rank: 1).doubles() == expected.values)
  }

  @Test("Channel (j·factor + i)·c + k of a folded image is channel k of row j, column i")
  func explicitImage() throws {
    let (factor, x) = (2, try noise([2, 3, 4, 6]))
    let host = try HostArray(x)
    let expected = HostArray(shape: [2, 12, 2, 3]) { b, c, y, i in
      host[b, c % 3, y * factor + c / 3 / factor, i * factor + c / 3 % factor]
    }
    #expect(try x.channelsLast().folded(by: factor, rank: 2).doubles() == expected.values)
  }

  @Test("Folding a channels-last signal moves no byte", arguments: [1, 3])
  func zeroCopy(channels: Int) throws {
    let x = try noise([2, channels, 1, 12]).channelsLast()
    let folded = try x.folded(by: 4, rank: 1)
    #expect(folded.isChannelsLast)
    let back = try folded.unfolded(by: 4, rank: 1)
    #expect(back.isChannelsLast)
    // In-place changes show through views and through nothing else.
    try folded.copy(from: folded * 2)
    #expect(try back.doubles() == x.doubles())
    #expect(try x.doubles() == noise([2, channels, 1, 12]).doubles().map { 2 * $0 })
  }

  @Test("A folded image is channels-last too", arguments: [1, 3])
  func imageLayout(channels: Int) throws {
    let folded = try noise([2, channels, 4, 6]).channelsLast().folded(by: 2, rank: 2)
    #expect(folded.isChannelsLast)
    #expect(try folded.unfolded(by: 2, rank: 2).isChannelsLast)
  }

  @Test("An extent that the factor does not divide is an error")
  func indivisible() throws {
    #expect(throws: (any Error).self) { try noise([1, 1, 1, 5]).folded(by: 2, rank: 1) }
    #expect(throws: (any Error).self) { try noise([1, 3, 2, 2]).unfolded(by: 2, rank: 1) }
  }
}
