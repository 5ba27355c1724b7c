import Audio
import Core
import Foundation
import Modality

/// PESQ (ITU-T P.862 and, for wide band, P.862.2) by the package `pesq` of a Python that the user
/// has: the code of the recommendation may not be given away with other programs.
///
/// The Python is the one that `STIR_PYTHON` names, or else the `python3` on the path.
struct PESQ {
  /// What there is to say where the package is not installed.
  static let advice =
    "PESQ is left out; it needs `pip install pesq numpy` for python3, or for the Python that "
    + "STIR_PYTHON names"

  private let python: String

  /// nil if there is no such Python or it lacks the packages.
  init?(environment: [String: String] = ProcessInfo.processInfo.environment) throws {
    python = environment["STIR_PYTHON"] ?? "python3"
    guard try withTemporaryFolder({ try run(in: $0, rate: 0, channels: 0) }) != nil else {
      return nil
    }
  }

  /// The scores of two recordings, between 1 and 4.6: wide band, at 16 kHz, but of recordings at
  /// 8 kHz narrow band. nil where no channel has an utterance that PESQ finds.
  func scores(
    clean: Recording, noisy: Recording, estimate: Recording
  ) throws -> (noisy: Double?, estimate: Double?) {
    let rate = clean.rate == 8_000 ? 8_000 : 16_000
    return try withTemporaryFolder { folder in
      for (name, recording) in [("clean", clean), ("noisy", noisy), ("estimate", estimate)] {
        for (number, channel) in try recording.converted(to: rate).channels.enumerated() {
          try channel.withUnsafeBytes { Data($0) }
            .write(to: folder.appendingPathComponent("\(name)-\(number)"))
        }
      }
      let scores = try run(in: folder, rate: rate, channels: clean.channels.count)
      return (mean(scores?["noisy"] ?? []), mean(scores?["estimate"] ?? []))
    }
  }

  /// What the script leaves in `folder`, the scores of each channel; nil if it failed.
  private func run(in folder: URL, rate: Int, channels: Int) throws -> [String: [Double]]? {
    _ = try ChildProcess(
      URL(fileURLWithPath: "/usr/bin/env"),
      [python, "-c", Self.script, folder.path, "\(rate)", "\(channels)"],
      timeLimit: 600, folder: folder)
    guard let text = try? Data(contentsOf: folder.appendingPathComponent("scores.json"))
    else { return nil }
    return try JSONDecoder().decode([String: [Double]].self, from: text)
  }

  private func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  private static let script = """
    import json, math, sys
    import numpy
    from pesq import pesq
    folder, rate, channels = sys.argv[1], int(sys.argv[2]), range(int(sys.argv[3]))
    def samples(name, channel): return numpy.fromfile(f"{folder}/{name}-{channel}", numpy.float32)
    def score(name, channel):
      mode = "nb" if rate == 8000 else "wb"
      try: return pesq(rate, samples("clean", channel), samples(name, channel), mode)
      except Exception: return math.nan
    def scores(name):
      return [float(x) for x in (score(name, c) for c in channels) if math.isfinite(x)]
    with open(f"{folder}/scores.json", "w") as file:
      json.dump({name: scores(name) for name in ("noisy", "estimate")}, file)
    """
}
