import Foundation
import Modality
import Signal
import TestSupport
import Testing

@Suite struct TextTests {
  /// The values of the only item of a file with `text`, of `length` samples.
  private func values(
    _ text: String, name: String = "a.csv", length: Int = 3, channels: Int = 0,
    _ change: (inout SignalConfiguration) -> Void = { _ in }
  ) throws -> [Float] {
    let folder = try TemporaryFolder()
    let url = try folder.write(text, to: name)
    let data = try plainSignal(length: length, channels: channels, change).dataset(at: url)
    #expect(data.count == 1)
    return try data.item(at: 0, seed: 0).values
  }

  private func reason(
    _ text: String, name: String = "a.csv", channels: Int = 0,
    _ change: (inout SignalConfiguration) -> Void = { _ in }
  ) -> String {
    let found = failure { _ = try values(text, name: name, channels: channels, change) }
    #expect(found.code == .invalidData)
    return found.message
  }

  @Test(arguments: [
    "1\n2.5\n-3e0\n", "1\n2.5\n-3", "1\r\n2.5\r\n-3\r\n", "1\r2.5\r-3\r", "value\n1\n2.5\n-3\n",
    "\u{FEFF}value\n1\n2.5\n-3\n", "# a note\n\nvalue\n1\n# in between\n+2.5\n-3.0\n\n\n",
    "\"value\"\n\"1\"\n\"2.5\"\n\"-3\"\n", "  1 \n 2.5\n\t-3\n",
  ])
  func oneColumn(text: String) throws {
    #expect(try values(text) == [1, 2.5, -3])
  }

  @Test(arguments: [
    ("time,ecg\n0,1\n0.1,2\n0.2,3\n", "a.csv"), ("t;ecg\n0;1\n0.1;2\n0.2;3\n", "a.csv"),
    ("index\tecg\n0\t1\n1\t2\n2\t3\n", "a.tsv"), ("Time (s)\tecg\n0\t1\n1\t2\n2\t3\n", "a.csv"),
    (",ecg\n0,1\n1,2\n2,3\n", "a.csv"), ("time_ms,ecg\n0,1\n1,2\n2,3\n", "a.csv"),
  ])
  func aFirstColumnOfTimesIsNoChannel(text: String, name: String) throws {
    #expect(try values(text, name: name) == [1, 2, 3])
    #expect(try values(text, name: name) { $0.columns = [0] }[0] == 0)
  }

  @Test func aHeadingThatOnlyBeginsLikeATimeIsAChannel() throws {
    #expect(try values("temperature,s2\n1,4\n2,5\n3,6\n", channels: 2) == [1, 2, 3, 4, 5, 6])
  }

  @Test func columnsAreChosenByNameOrNumber() throws {
    let text = "day,a,b,c\nMonday,1,4,7\nTuesday,2,5,8\nSunday,3,6,9\n"
    #expect(try values(text) { $0.columns = ["c", "a"] } == [7, 8, 9, 1, 2, 3])
    #expect(try values(text) { $0.columns = [2] } == [4, 5, 6])
    #expect(try values("1,4\n2,5\n3,6\n") { $0.columns = [1, 0] } == [4, 5, 6, 1, 2, 3])
    #expect(reason(text).contains("has 4 data columns (\"day\", \"a\", \"b\", \"c\"), expected 1"))
    #expect(
      reason(text) { $0.columns = ["d"] }.contains("has no column \"d\", only \"day\", \"a\""))
    #expect(reason(text) { $0.columns = [4] }.contains("has no column 4, only 4, counted from 0"))
    #expect(reason("a,a\n1,2\n") { $0.columns = ["a"] }.contains("has 2 columns \"a\"; choose one"))
    #expect(
      reason(text) { $0.columns = ["day"] }.contains("line 2: \"Monday\" in the column \"day\""))
  }

  /// RFC 4180, section 2, with what is between quotes.
  @Test func quotedFields() throws {
    let text = "\"a,\"\"x\"\"\",\"b\r\nc\",\"d;e\"\r\n1,\"2\",3\r\n4,5,\"6\"\r\n\"7\",8,9\r\n"
    #expect(try values(text) { $0.columns = ["a,\"x\""] } == [1, 4, 7])
    #expect(try values(text) { $0.columns = ["b\r\nc"] } == [2, 5, 8])
    #expect(try values(text) { $0.columns = ["d;e"] } == [3, 6, 9])
  }

  @Test(arguments: [
    ("a,b\n1,2\n3\n", "line 3: expected 2 fields, found 1"),
    ("a,b\n1,2\n3,4,5\n", "line 3: expected 2 fields, found 3"),
    ("# note\na,b\n\n1,x\n", "line 4: \"x\" in the column \"b\" is not a number"),
    ("1,2\n3,0x10\n", "line 2: \"0x10\" in column 1 is not a number"),
    ("1,2\n3,inf\n", "line 2: \"inf\" in column 1 is not a number"),
    ("a;b\n1;2,5\n", "line 2: \"2,5\" in the column \"b\" is not a number; decimals have a point"),
    ("a,b\n1,\"2\n3,4\n", "line 2: a quoted field is not closed; the file is cut short"),
    ("a,b\n1,\"2\"x\n", "line 2: a quoted field goes on after its closing quote"),
    ("a,b\n1,\0\n", "line 2: is no text, for it holds the byte 0"),
    ("a,b\n", "holds a heading and no samples"), ("# nothing\n", "holds no samples"),
    ("\n\n", "holds no samples"), ("", "is empty (0 bytes)"),
  ])
  func malformedTables(text: String, expected: String) {
    #expect(reason(text, channels: 2).contains(expected), "\(reason(text, channels: 2))")
  }

  @Test func linesOfAnyLengthEnd() {
    let long = String(repeating: "1", count: 2_000_000)
    #expect(reason("a\n1\n\(long)\n").contains("line 3: is longer than 1 MiB"))
    let wide = String(repeating: ",", count: 70_000)
    #expect(reason("\(wide)\n").contains("line 1: has more than 65536 fields"))
  }

  @Test(arguments: ["", "nan", "NaN", "NA", "n/a", "-", "?", "null", " "])
  func missingValues(word: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("a,b\n1,1\n2,2\n3,\(word)\n4,4\n5,5\n6,6\n", to: "a.csv")
    let data = try plainSignal(length: 2, channels: 2).dataset(at: folder.url)
    #expect(
      reasons(data)["a.csv"]
        == "is used without 1 gap of 1 missing value in all, the first in line 4")
    #expect(
      try (0..<data.count).map { try data.item(at: $0, seed: 0).values }
        == [[1, 2, 1, 2], [4, 5, 4, 5]])
  }

  @Test func aBlankLineInOneColumnIsAMissingValue() throws {
    let folder = try TemporaryFolder()
    try folder.write("a\n1\n2\n\n4\n5\n\n\n", to: "a.csv")
    let data = try plainSignal(length: 2).dataset(at: folder.url)
    #expect(data.count == 2)
    #expect(reasons(data)["a.csv"]?.hasSuffix("the first in line 4") == true)
  }

  @Test(arguments: ["text.csv.gz", "two_members.csv.gz"])
  func foldedText(name: String) throws {
    let data = try plainSignal(length: 12).dataset(at: fixtures.appendingPathComponent(name))
    #expect(try data.item(at: 0, seed: 0).values == ramp(12).map { $0 * 0.5 - 3 })
  }

  @Test func foldedTextThatIsCutOrDamaged() throws {
    let folder = try TemporaryFolder()
    let whole = try Data(contentsOf: fixtures.appendingPathComponent("text.csv.gz"))
    try folder.write(whole.dropLast(9), to: "cut.csv.gz")
    try folder.write(Data("hello".utf8), to: "plain.csv.gz")
    try folder.write(ramp(9), to: "good.npy")
    let data = try plainSignal(length: 9).dataset(at: folder.url)
    #expect(reasons(data)["cut.csv.gz"] == "is cut short within its compressed data")
    #expect(
      reasons(data)["plain.csv.gz"]
        == "has damaged compressed data; zlib says: incorrect header check")
  }

  @Test func manyLinesAreOneRecording() throws {
    let folder = try TemporaryFolder()
    // Longer than the blocks of reading and of the spool.
    let text = csv([("x", ramp(70_000)), ("y", ramp(70_000).map { -$0 })])
    try folder.write(text, to: "a.csv")
    try folder.write(csv([("x", ramp(9)), ("y", ramp(9))]), to: "b.csv")
    let data = try plainSignal(length: 9, channels: 2).dataset(at: folder.url)
    #expect(data.count == 7_777 + 1)
    for index in [0, 3_640, 7_281, 7_776] {
      let start = Float(index * 9)
      let expected = (0..<9).map { start + Float($0) }
      #expect(try data.item(at: index, seed: 0).values == expected + expected.map { -$0 })
    }
    #expect(try data.item(at: 7_777, seed: 0).values == ramp(9) + ramp(9))
  }
}
