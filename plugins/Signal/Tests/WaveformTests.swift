import Foundation
import Modality
import Signal
import TestSupport
import Testing

/// WFDB records, and files of nothing but numbers.
@Suite struct WaveformTests {
  private let samples = (0..<24).map { Int16($0 * 100 - 1_000) }

  /// Goes away with the suite, which each test has for itself.
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The data set of a record with `header`.
  private func record(
    _ header: String, _ samples: [Int16]? = nil, channels: Int = 0,
    _ change: (inout SignalConfiguration) -> Void = { _ in }
  ) throws -> any DataSet {
    try folder.write(header, to: "r.hea")
    try folder.write(samples ?? self.samples, to: "r.dat")
    return try plainSignal(length: 12, channels: channels) {
      $0.samplingRate = 0
      change(&$0)
    }.dataset(at: folder.url)
  }

  /// MIT-BIH's own header lines, in format 16.
  private let header = """
    # a comment
    r 2 360 12
    r.dat 16 200(1024)/mV 11 1024 995 -22131 0 MLII
    r.dat 16 100/uV 11 0 1011 20052 0 chest lead V5
    """

  @Test func gainsAndBaselines() throws {
    let item = try record(header, channels: 2).item(at: 0, seed: 0)
    for k in 0..<12 {
      expectClose(Double(item.values[k]), (Double(samples[2 * k]) - 1024) / 200, atol: 1e-6)
      expectClose(Double(item.values[12 + k]), Double(samples[2 * k + 1]) / 100, atol: 1e-6)
    }
  }

  @Test func signalsHaveNames() throws {
    let item = try record(header) { $0.columns = ["chest lead V5"] }.item(at: 0, seed: 0)
    expectClose(Double(item.values[0]), -9, atol: 1e-6)
    let unknown = failure { _ = try record(header) { $0.columns = ["V5"] } }
    #expect(unknown.message.contains("has no column \"V5\", only \"MLII\", \"chest lead V5\""))
  }

  @Test func theRateComesFromTheHeader() throws {
    try folder.write("r 1 360\nr.dat 16\n", to: "r.hea")
    try folder.write(samples, to: "r.dat")
    try folder.write("s 1 250/1000(3) 24\ns.dat 16\n", to: "s.hea")
    try folder.write(samples, to: "s.dat")
    let open = try plainSignal(length: 12) { $0.samplingRate = 0 }
    let data = try open.dataset(at: folder.url)
    #expect(
      reasons(data)["s.dat"] == "is sampled at 250 Hz, and the recordings before it are sampled at "
        + "360 Hz; rates are never converted")
    #expect(try open.fitted(to: data).configuration.samplingRate == 360)
    let set = try plainSignal(length: 12) { $0.samplingRate = 250 }.dataset(at: folder.url)
    #expect(reasons(set)["r.dat"]?.contains("and sampling_rate is 250 Hz") == true)
  }

  @Test func withoutADetailTheStandardHolds() throws {
    // 250 Hz, a gain of 200, a baseline of the zero that is given, any number of samples.
    let data = try record("r 1\nr.dat 16 0 12 100\n")
    #expect(data.count == 2)
    expectClose(
      Double(try data.item(at: 0, seed: 0).values[0]), (-1_000 - 100) / 200, atol: 1e-6)
  }

  @Test func theLowestNumberIsAMissingValue() throws {
    var gap = samples
    gap[4] = .min
    let data = try record("r 1 360 24\nr.dat 16\n", gap)
    #expect(data.count == 1)
    #expect(data.rejected[0].reason.contains("the first in sample 4"))
  }

  @Test(arguments: [
    ("r 1 360 24\nr.dat 212 200 11 1024\n", "line 2: WFDB format 212 is not read, only 16"),
    ("r 1 360 25\nr.dat 16 200\n", "is cut short: its header promises 25 samples, 24 are there"),
    ("r 1 360 24\nr.dat 16x2 200\n", "line 2: format 16x2: several samples a frame"),
    ("r 1 360 24\nother.dat 16\n", "line 2: the signal is in other.dat; only records whose one"),
    ("r/3 1 360 24\nr.dat 16\n", "line 1: a record of several segments is not read"),
    ("r 2 360 24\nr.dat 16\n", "line 1 promises 2 signals, 1 are described"),
    ("r 0 360 24\n", "line 1: expected 1 to 65536 signals, found 0"),
    ("r x 360\nr.dat 16\n", "line 1: expected 1 to 65536 signals, found x"),
    ("r 1 fast\nr.dat 16\n", "line 1: expected a rate up to 1000000000 Hz, found fast"),
    ("r 1 360 lots\nr.dat 16\n", "line 1: expected a number of samples, found lots"),
    ("r 1 360 24\nr.dat 16 much(0)/mV\n", "line 2: expected numbers for gain and baseline"),
    ("r 1 360 24\nr.dat 16 /\n", "line 2: expected numbers for gain and baseline"),
    ("r 1 360 24\nr.dat\n", "line 2: expected a file and its format"),
    ("\n", "line 1: expected a record's name and its number of signals"),
    ("r 1 360 9223372036854775807\nr.dat 16\n", "its header promises 9223372036854775807 samples"),
  ])
  func headersThatCannotBeRead(header: String, expected: String) {
    let found = failure { _ = try record(header) }
    #expect(found.code == .invalidData)
    #expect(found.message.contains(expected), "\(found.message)")
  }

  @Test func aRecordNeedsItsHeader() throws {
    try folder.write(samples, to: "r.dat")
    let found = failure { _ = try plainSignal(length: 12).dataset(at: folder.url) }
    #expect(found.message.contains("has no WFDB header r.hea beside it"))
  }

  @Test(arguments: ["r.raw", "r.i16", "r.bin"])
  func numbersWithoutAHeader(name: String) throws {
    let url = try folder.write(samples, to: name)
    let signal = try plainSignal(length: 12, channels: 2) {
      $0.rawChannels = 2
      $0.factor = 0.005
    }
    let item = try signal.dataset(at: url).item(at: 0, seed: 0)
    for k in 0..<12 {
      expectClose(Double(item.values[k]), Double(samples[2 * k]) * 0.005, atol: 1e-6)
      expectClose(Double(item.values[12 + k]), Double(samples[2 * k + 1]) * 0.005, atol: 1e-6)
    }
    try folder.write(bytes(samples).dropLast(), to: name)
    let cut = failure { _ = try signal.dataset(at: url) }
    #expect(cut.message.contains("has 47 bytes, no multiple of 4"))
  }
}
