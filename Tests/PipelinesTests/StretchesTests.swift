import TestSupport
import Testing

@testable import Pipelines

@Suite struct StretchesTests {
  @Test(arguments: [
    ("0-3", [0..<3]), ("0.2s-0.5s,0.8s-", [2..<5, 8..<10]), ("-4", [0..<4]), ("9-", [9..<10]),
    ("0-", [0..<10]), ("5-99", [5..<10]), ("0.26s-4", [3..<4]), ("1-5,3-7", [1..<5, 3..<7]),
  ])
  func reads(text: String, ranges: [Range<Int>]) throws {
    let stretches = try Stretches(text, extent: 10, rate: 10)
    #expect(stretches.ranges == ranges)
    #expect(stretches.mask == (0..<10).map { at in ranges.contains { $0.contains(at) } ? 1 : 0 })
  }

  @Test(arguments: [
    ("", "FROM-TO"), ("-", "FROM-TO"), ("3", "FROM-TO"), ("1-2-3", "FROM-TO"), ("1-2,", "FROM-TO"),
    ("10-", "10 samples, 1.000 s"), ("4-4", "holds nothing"), ("5-2", "holds nothing"),
    ("1..2-", "1..2"), ("0.5-3", "0.5"), ("0-s", "\"s\""), ("99999999999999999999s-", "2⁴⁰"),
  ])
  func refuses(text: String, words: String) throws {
    try expectError(.configuration, containing: words) {
      _ = try Stretches(text, extent: 10, rate: 10)
    }
  }

  /// Where nothing says how long a sample is, there are no seconds.
  @Test func secondsNeedARate() throws {
    #expect(try Stretches("2-4", extent: 10, rate: nil).ranges == [2..<4])
    try expectError(.configuration, containing: "no rate", "1s") {
      _ = try Stretches("1s-4", extent: 10, rate: nil)
    }
  }
}
