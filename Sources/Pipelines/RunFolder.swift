import Core
import Foundation

/// The files of one training run.
public struct RunFolder: Sendable {
  public let url: URL

  public init(_ url: URL) { self.url = url }

  /// Everything that a resume needs.
  public var checkpoint: URL { url.appendingPathComponent("checkpoint.safetensors") }
  /// The averaged weights and the configuration: what `stir generate` takes.
  public var model: URL { url.appendingPathComponent("model.safetensors") }
  /// The whole configuration, for people.
  public var configuration: URL { url.appendingPathComponent("configuration.json") }
  /// A line of JSON for each step and each held-out evaluation.
  public var metrics: URL { url.appendingPathComponent("metrics.jsonl") }
  /// Training and held-out loss over the steps.
  public var lossCurve: URL { url.appendingPathComponent("loss.png") }
  /// The held-out loss over the noise level.
  public var levelCurve: URL { url.appendingPathComponent("held-out-by-level.png") }

  /// A sample generated at `step`; its picture stands beside it.
  public func sample(step: Int, fileExtension: String) -> URL {
    url.appendingPathComponent("samples")
      .appendingPathComponent(String(format: "step-%07d", step))
      .appendingPathExtension(fileExtension)
  }

  /// Removes what a killed process left of files that it was writing.
  func removeUnfinishedFiles() throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    for name in names where name.hasPrefix(".") && name.hasSuffix(".partial") {
      try FileManager.default.removeItem(at: url.appendingPathComponent(name))
    }
  }

  /// - Throws: `.unwritableOutput` when the folder already holds a run.
  func requireNoRun() throws {
    for file in [checkpoint, model, metrics] where FileManager.default.fileExists(atPath: file.path)
    {
      throw StirError(
        .unwritableOutput,
        "\(url.path) already holds a run (\(file.lastPathComponent)). "
          + "Go on with it by --resume, or give --out another folder")
    }
  }
}
