import Foundation

extension ModalityCheck {
  /// Input that is no data must be refused; damaged input must be refused, be rejected by name, or
  /// give items that are in order.
  func checkMalformedInput(_ bench: CheckBench, _ scratch: URL) throws {
    let modality = try kind.make(configuration)
    let folder = scratch.appendingPathComponent("malformed")
    try makeFolder(folder)
    func refused(_ what: String, _ url: URL) {
      bench.requireFailure(what) {
        let data = try modality.dataset(at: url)
        _ = try data.item(at: 0, seed: 0)
      }
    }
    refused("a path where nothing is", folder.appendingPathComponent("nothing"))
    refused("an empty folder", folder)
    try Data("not data".utf8).write(to: folder.appendingPathComponent("notes.xyz"))
    refused("a folder of other files", folder)
    let file = folder.appendingPathComponent("damaged.\(modality.fileExtension)")
    try modality.write(Self.made(modality.layout.shape, number: 0), to: file)
    let whole = try Data(contentsOf: file)
    try Data().write(to: file)
    refused("an empty file", file)

    for (what, bytes) in Self.damages(of: whole) {
      try bytes.write(to: file)
      do {
        let data = try modality.dataset(at: file)
        for index in 0..<min(3, data.count) {
          let item = try data.item(at: index, seed: 0)
          bench.require(
            item.shape == modality.layout.shape && item.values.allSatisfy(\.isFinite),
            "not refused",
            "\(what) gave an item of shape \(item.shape) with values that are not "
              + "all numbers, or not of the layout \(modality.layout.shape)")
        }
      } catch let error as StirError {
        bench.require(!error.message.isEmpty, "no reason", "\(what) was refused without a sentence")
        // A plugin that wrote past its buffer has not refused anything.
        if error.code.name == StirError.Code.bufferOverrun.name {
          bench.report(error.code.name, "\(what): \(error)")
        }
      } catch {
        bench.report("error", "\(what) ended in \(error), expected a StirError")
      }
    }
  }

  private static func damages(of whole: Data) -> [(what: String, bytes: Data)] {
    var random = SplitMix64(seed: 23)
    let noise = Data(
      (0..<max(64, whole.count)).map { _ in UInt8.random(in: 0...255, using: &random) })
    var cases: [(String, Data)] = [
      ("random bytes", noise),
      ("a file of zeros", Data(count: max(64, whole.count))),
      ("a file with a random beginning", noise.prefix(16) + whole.dropFirst(16)),
    ]
    for share in [0.02, 0.25, 0.5, 0.75, 0.98] {
      let count = Int(Double(whole.count) * share)
      cases.append(("a file cut to \(count) of \(whole.count) bytes", whole.prefix(count)))
    }
    for _ in 0..<40 {
      var bytes = whole
      let changes = Int.random(in: 1...8, using: &random)
      for _ in 0..<changes {
        // Half of the damage is where a header would be.
        let end = Bool.random(using: &random) ? min(64, bytes.count) : bytes.count
        bytes[Int.random(in: 0..<end, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      cases.append(("a file with \(counted(changes, "changed byte"))", bytes))
    }
    return cases
  }
}
