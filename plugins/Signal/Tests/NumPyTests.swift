import Foundation
import Modality
import Signal
import TestSupport
import Testing

@Suite struct NumPyTests {
  /// What make_numpy.py put into every array.
  private let table = (0..<24).map { Float($0 * 3 - 7) }

  /// [2, 12], as an item has it.
  private func transposed(_ values: [Float]) -> [Float] {
    (0..<2).flatMap { channel in (0..<12).map { values[$0 * 2 + channel] } }
  }

  private func item(
    _ name: String, channels: Int = 2, _ change: (inout SignalConfiguration) -> Void = { _ in }
  ) throws -> Item {
    let signal = try plainSignal(length: 12, channels: channels, change)
    let data = try signal.dataset(at: fixtures.appendingPathComponent(name))
    #expect(data.count == 1)
    #expect(data.rejected.isEmpty)
    return try data.item(at: 0, seed: 0)
  }

  @Test(arguments: [
    "i1_little", "i2_little", "i2_big", "i4_little", "i4_big", "i8_little", "i8_big", "f2_little",
    "f2_big", "f4_little", "f4_big", "f8_little", "f8_big", "fortran", "version_2", "version_3",
  ])
  func everyTypeAndOrder(name: String) throws {
    #expect(try item("\(name).npy").values == transposed(table))
  }

  @Test(arguments: [
    "u1_little", "u2_little", "u2_big", "u4_little", "u4_big", "u8_little", "u8_big",
  ])
  func unsignedTypes(name: String) throws {
    #expect(try item("\(name).npy").values == transposed(table.map(abs)))
  }

  @Test func truth() throws {
    let even = table.map { Float(Int($0).isMultiple(of: 2) ? 1 : 0) }
    #expect(try item("b1_little.npy").values == transposed(even))
  }

  @Test func theOrderOfAxesIsAKey() throws {
    for name in ["channels_time.npy", "channels_time_fortran.npy"] {
      let found = try item(name) { $0.arrayOrder = .channelsTime }
      #expect(found.values == transposed(table))
    }
    let swapped = failure { _ = try item("channels_time.npy") }
    #expect(swapped.message.contains("has 12 columns, expected 2"))
    let one = try item("one_axis.npy", channels: 1) { $0.arrayOrder = .channelsTime }
    #expect(one.values == stride(from: 0, to: 24, by: 2).map { table[$0] })
  }

  @Test func theFactorIsForWholeNumbers() throws {
    let half = table.map { $0 * 0.5 }
    #expect(try item("i2_big.npy") { $0.factor = 0.5 }.values == transposed(half))
    #expect(try item("f8_big.npy") { $0.factor = 0.5 }.values == transposed(table))
    #expect(try item("stored.npz") { $0.factor = 0.5 }.values == transposed(half))
  }

  @Test func columnsOfAnArrayAreChosenByNumber() throws {
    #expect(
      try item("fortran.npy", channels: 0) { $0.columns = [1] }.values
        == Array(transposed(table)[12...]))
    let beyond = failure { _ = try item("fortran.npy", channels: 0) { $0.columns = [7, 8, 9] } }
    #expect(beyond.message.contains("has no column 7, only 2, counted from 0"))
    let named = failure { _ = try item("fortran.npy", channels: 0) { $0.columns = ["MLII"] } }
    #expect(named.message.contains("has 2 columns without names, and so no \"MLII\""))
  }

  @Test(arguments: ["stored.npz", "deflated.npz"])
  func archives(name: String) throws {
    #expect(try item(name).values == transposed(table))
  }

  @Test func anArchiveOfSeveralArraysNeedsAName() throws {
    let found = try item("several.npz") { $0.member = "signal" }
    #expect(found.values == transposed(table))
    #expect(
      failure { _ = try item("several.npz") }.message
        .contains("holds the arrays rate, signal, t; choose one with member"))
    #expect(
      failure { _ = try item("several.npz") { $0.member = "signals" } }.message
        .contains("did you mean signal?"))
  }

  @Test(arguments: [
    ("three_axes", "has 3 axes"), ("scalar", "has 0 axes"), ("empty", "holds no samples"),
    ("complex", "type \"<c8\""), ("text", "type \"<U1\""), ("dates", "type \"<M8[s]\""),
    ("long_double", "type \"<f16\""), ("records", "records of several fields"),
    ("objects", "holds Python objects (a pickle), which are never read"),
  ])
  func whatIsNoSignal(name: String, reason: String) {
    let found = failure { _ = try item("\(name).npy") }
    #expect(found.code == .invalidData)
    #expect(found.message.contains(reason), "\(found.message)")
  }

  @Test func missingValuesAreGaps() throws {
    let folder = try TemporaryFolder()
    var values = ramp(40)
    values[25] = .nan
    values[26] = .infinity
    try folder.write(values, to: "a.npy")
    let data = try plainSignal(length: 10).dataset(at: folder.url)
    #expect(data.count == 3)
    #expect(
      reasons(data)["a.npy"]
        == "is used without 1 gap of 2 missing values in all, the first in samples 25 to 26")
    #expect(try data.item(at: 2, seed: 0).values.first == 27)
  }
}
