import Core
import Foundation
import Training

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

  /// Where snapshots of the moving averages stand, if any are taken.
  public var snapshots: URL { url.appendingPathComponent("ema") }

  /// The snapshot of the moving averages at `step`.
  func snapshot(step: Int) -> URL {
    snapshots.appendingPathComponent(String(format: "step-%07d.safetensors", step))
  }

  /// Every snapshot of the moving averages.
  func snapshotFiles() -> [URL] {
    names(in: snapshots).filter { $0.hasPrefix("step-") && $0.hasSuffix(".safetensors") }.sorted()
      .map(snapshots.appendingPathComponent)
  }

  /// Removes what a killed process left of files that it was writing, and the snapshots that it took
  /// after its last checkpoint.
  func removeUnfinishedFiles(after step: Int) throws {
    for folder in [url, snapshots] {
      for name in names(in: folder) where name.hasPrefix(".") && name.hasSuffix(".partial") {
        try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
      }
    }
    let last = snapshot(step: step).lastPathComponent
    for file in snapshotFiles() where file.lastPathComponent > last {
      try FileManager.default.removeItem(at: file)
    }
  }

  private func names(in folder: URL) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
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

extension RunFolder {
  /// Makes a model of the weights averaged with `profile`, from the snapshots in this folder.
  ///
  /// - Parameter out: the model file; nothing stands there yet.
  /// - Throws: `StirError.Code.unwritableOutput`, and what ``EMAReconstruction`` throws.
  public func reconstructAverage(
    _ profile: PowerProfile, to out: URL
  ) throws -> EMAReconstruction {
    try requireNothing(at: out)
    let files = snapshotFiles()
    guard !files.isEmpty else {
      throw StirError(
        .missingInput,
        "no snapshots of averages in \(snapshots.path); they are there after a training with "
          + "--set training.posthoc_ema_every=500 or the like")
    }
    let made = try EMAReconstruction(profile, fromSnapshots: files)
    try made.model.write(to: out)
    return made
  }
}

/// - Throws: `StirError.Code.unwritableOutput` when something is there already.
public func requireNothing(at url: URL) throws {
  guard !FileManager.default.fileExists(atPath: url.path) else {
    throw StirError(.unwritableOutput, "\(url.path) is there already; give another name")
  }
}
