import Foundation
import Modality
import Signal
import TestSupport
import Testing

@Suite struct WritingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// That every item comes back from a file that it is written to.
  private func expectRoundTrip(
    _ signal: SignalModality, of data: any DataSet, _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for index in 0..<data.count {
      let item = try data.item(at: index, seed: 3)
      try signal.write(item, to: folder["out/\(name)"])
      let again = try signal.dataset(at: folder["out/\(name)"])
      #expect(again.count == 1, sourceLocation: sourceLocation)
      let found = try again.item(at: 0, seed: 8)
      for (a, b) in zip(
        [item.values] + item.conditions, [found.values] + found.conditions)
      {
        #expect(a.count == b.count, sourceLocation: sourceLocation)
        let worst = zip(a, b).map { abs($0 - $1) }.max() ?? 0
        #expect(worst <= signal.tolerance, "\(name)", sourceLocation: sourceLocation)
      }
    }
  }

  @Test(arguments: ["csv", "npy"])
  func whatIsWrittenReadsAsTheSame(container: String) throws {
    let text = csv([
      ("time", ramp(400)), ("x", noise(400, amplitude: 300, centre: 1_000)), ("y", noise(400)),
      ("z", noise(400, amplitude: 1e-4)), ("w", noise(400, amplitude: 7)),
    ])
    try folder.write(text, to: "in/a.csv")
    let choices: [(inout SignalConfiguration) -> Void] = [
      { $0.channels = 4 }, { $0.columns = ["y"] }, { $0.columns = ["w", "x"] },
      { $0.columns = [3] }, { $0.columns = [4, 2] }, { $0.columns = [4, 3, 2, 1, 0] },
      {
        $0.columns = ["z", 1]
        $0.conditionColumns = ["y"]
      },
      {
        $0.columns = [2]
        $0.conditionColumns = [1, 0]
      },
      {
        $0.channels = 3
        $0.conditionColumns = [2]
      },
      {
        $0.columns = ["x"]
        $0.arrayOrder = .channelsTime
      },
    ]
    for (number, choose) in choices.enumerated() {
      for normalize in [SignalConfiguration.Normalization.channel, .none] {
        let open = try plainSignal(length: 100) {
          $0.normalize = normalize
          $0.crop = .random
          choose(&$0)
        }
        let data = try open.dataset(at: folder["in"])
        try expectRoundTrip(open.fitted(to: data), of: data, "\(number).\(container)")
      }
    }
  }

  @Test(arguments: ["csv", "npy"])
  func arraysAndRecordsReadAsTheSame(container: String) throws {
    let numbers = noise(800, amplitude: 2_000).map { Int16($0) }
    try folder.write(npyHeader("<i2", "(200, 4)") + bytes(numbers), to: "in/a.npy")
    try folder.write(numbers, to: "raw/a.i16")
    try folder.write(numbers, to: "dat/a.dat")
    let lines = (0..<4).map { "a.dat 16 200 12 1 0 0 0 s\($0)" }
    try folder.write((["a 4 250"] + lines).joined(separator: "\n"), to: "dat/a.hea")
    for source in ["in", "raw", "dat"] {
      for columns in [[0, 1, 2, 3], [3, 1], [1], [3, 2, 1, 0]] {
        let open = try plainSignal(length: 50) {
          $0.columns = columns.map(ColumnName.number)
          $0.factor = 0.005
          $0.rawChannels = 4
          $0.normalize = .channel
          $0.samplingRate = 0
        }
        let data = try open.dataset(at: folder[source])
        let fitted = try open.fitted(to: data)
        #expect(fitted.configuration.samplingRate == (source == "dat" ? 250 : 1))
        try expectRoundTrip(fitted, of: data, "\(source)\(columns.count).\(container)")
      }
    }
  }

  @Test(arguments: ["csv", "npy"])
  func eventsAreWrittenToo(container: String) throws {
    try folder.write(noise(60), to: "in/a.npy")
    try folder.write("3\n14\n10\n44\n59\n", to: "in/a_beats.csv")
    let open = try plainSignal(length: 20) {
      $0.events = "beats"
      $0.normalize = .channel
    }
    let data = try open.dataset(at: folder["in"])
    try expectRoundTrip(open.fitted(to: data), of: data, "a.\(container)")
  }

  @Test func aTableHasSecondsAndNames() throws {
    let signal = try plainSignal(length: 3) {
      $0.columns = ["MLII", "V5, chest", 4]
      $0.samplingRate = 360
      $0.normalize = .channel
      $0.mean = [1, 0, 0]
      $0.scale = [2, 1, 1e-10]
    }
    let item = Item(shape: [3, 3], values: [0, 0.5, -1, 0.1, 1e-3, 3e20, 1, 2, 3])
    try signal.write(item, to: folder["a.csv"])
    let text = try String(contentsOf: folder["a.csv"], encoding: .utf8)
    #expect(
      text == """
        time,MLII,"V5, chest",column 4
        0.000000,1,0.1,1e-10
        0.002778,2,0.001,2e-10
        0.005556,-1,3e+20,3e-10

        """)
  }

  @Test func anArrayIsWhatNumPyReads() throws {
    let item = Item(shape: [2, 3], values: [1, 2, 3, 4, 5, 6])
    try plainSignal(length: 3, channels: 2).write(item, to: folder["a.npy"])
    let found = try Data(contentsOf: folder["a.npy"])
    let fields = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }"
    #expect(found.count == 128 + 24)
    #expect(found.prefix(10) == Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0]))
    #expect(String(decoding: found[10..<(10 + fields.utf8.count)], as: UTF8.self) == fields)
    #expect(found[127] == 10)
    let expected = [1, 4, 2, 5, 3, 6].map { Float($0).bitPattern.littleEndian }
    #expect(found[128...] == expected.withUnsafeBytes { Data($0) })
  }

  @Test(arguments: ["csv", "npy"])
  func anyLengthIsWrittenAndDrawn(container: String) throws {
    let signal = try plainSignal(length: 100, channels: 2) { $0.pad = true }
    for length in [1, 2, 99, 100, 5_001] {
      let item = Item(shape: [2, length], values: noise(2 * length))
      try signal.write(item, to: folder["a.\(container)"])
      let again = try signal.dataset(at: folder["a.\(container)"])
      let kept = min(length, 100)
      let values = try again.item(at: 0, seed: 0).values
      #expect(Array(values[..<kept]) == Array(item.values[..<kept]))
      #expect(try signal.preview(item).width == 900)
    }
  }

  @Test(arguments: ["csv", "npy"])
  func whatCannotBeWrittenLeavesTheOldFile(container: String) throws {
    let signal = try plainSignal(length: 100)
    let url = folder["a.\(container)"]
    try signal.write(Item(shape: [1, 100], values: noise(100)), to: url)
    let before = try Data(contentsOf: url)
    var values = noise(100)
    values[42] = .nan
    let bad = failure { try signal.write(Item(shape: [1, 100], values: values), to: url) }
    #expect(bad.code == .invalidData)
    #expect(bad.message == "cannot write \(url.path): the value at sample 42 is not a number")
    let shape = failure { try signal.write(Item(shape: [2, 50], values: noise(100)), to: url) }
    #expect(shape.message.contains("found [2, 50]"))
    let name = failure {
      try signal.write(Item(shape: [1, 100], values: noise(100)), to: folder["a.txt"])
    }
    #expect(name.message.contains(".csv or .npy"))
    let conditions = failure {
      try signal.write(
        Item(shape: [1, 100], values: noise(100), conditions: [[1]]), to: url)
    }
    #expect(conditions.message.contains("expected 0 conditions of 100 values, found [1]"))
    #expect(try Data(contentsOf: url) == before)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        == [url.lastPathComponent])
  }
}
