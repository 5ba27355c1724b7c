import Foundation
import Tensors
import TestSupport
import Testing

@testable import Training

/// Real processes, really killed.
@Suite(.serialized) struct CrashTests {
  private let steps = 20

  /// A run that evaluates and saves at every step, and so tells where it is.
  private func arguments(_ out: URL, resume: Bool = false) -> [String] {
    tinyTraining(
      out: out, steps: steps,
      ["--set", "training.checkpoint_every=1", "--set", "training.evaluate_every=1"]
        + (resume ? ["--resume"] : []))
  }

  private func bytes(_ url: URL) throws -> Data { try Data(contentsOf: url) }

  /// Killed anywhere, the run leaves a whole checkpoint, and resumed it ends in the same bytes.
  @Test(arguments: [1, 2, 3, 5])
  func killedRunResumesToTheSameBytes(step: Int) throws {
    let folder = try TemporaryFolder()
    #expect(try Stir.run(arguments(folder["whole"])).status == 0)

    let run = try Stir.Running(arguments(folder["killed"]))
    // The line comes before the step's checkpoint is written: the kill falls into or near a write.
    #expect(run.waitForLine(containing: "step \(step): held-out"))
    kill(run.identifier, SIGKILL)
    #expect(run.finish().status == SIGKILL)

    let checkpoint = folder["killed/checkpoint.safetensors"]
    if FileManager.default.fileExists(atPath: checkpoint.path) {
      _ = try SafeTensors(contentsOf: checkpoint)
      let resumed = try Stir.run(arguments(folder["killed"], resume: true))
      #expect(resumed.status == 0, "\(resumed.errors)")
      for file in ["model.safetensors", "checkpoint.safetensors"] {
        #expect(try bytes(folder["killed/\(file)"]) == bytes(folder["whole/\(file)"]), "\(file)")
      }
      try expectEachStepOnce(folder["killed/metrics.jsonl"])
    } else {
      #expect(step == 1, "a checkpoint of step \(step - 1) was there and is gone")
    }
  }

  @Test func interruptedRunSavesAndResumesToTheSameBytes() throws {
    let folder = try TemporaryFolder()
    func arguments(_ name: String, _ more: [String] = []) -> [String] {
      // No checkpoint but the one that the interruption leaves.
      tinyTraining(
        out: folder[name], steps: steps,
        ["--set", "training.checkpoint_every=1000", "--set", "training.evaluate_every=1"] + more)
    }
    #expect(try Stir.run(arguments("whole")).status == 0)
    let run = try Stir.Running(arguments("stopped"))
    #expect(run.waitForLine(containing: "step 3: held-out"))
    kill(run.identifier, SIGINT)
    #expect(run.finish().status == 130)

    let resumed = try Stir.run(arguments("stopped", ["--resume"]))
    #expect(resumed.status == 0, "\(resumed.errors)")
    for file in ["model.safetensors", "checkpoint.safetensors"] {
      #expect(try bytes(folder["stopped/\(file)"]) == bytes(folder["whole/\(file)"]), "\(file)")
    }
    try expectEachStepOnce(folder["stopped/metrics.jsonl"])
  }

  /// A file system of 400 kB: the model fits, the checkpoint beside it does not.
  @Test(.enabled("mounting a small file system needs root") { SmallDisk.isPossible })
  func fullDiskLeavesTheOldCheckpointWhole() throws {
    let folder = try TemporaryFolder()
    let run = tinyTraining(out: folder["run"], steps: 2)
    #expect(try Stir.run(run).status == 0)
    let model = try bytes(folder["run/model.safetensors"]).count
    let checkpoint = try bytes(folder["run/checkpoint.safetensors"]).count
    // Room for one run's files and half a checkpoint more: the second save cannot be finished.
    let disk = try SmallDisk(at: folder["disk"], bytes: model + checkpoint * 3 / 2 + 20_000)
    let full = try Stir.run(
      tinyTraining(
        out: folder["disk/run"], steps: 3,
        ["--set", "training.checkpoint_every=1", "--set", "training.evaluate_every=0"]))
    #expect(full.status == 73, "\(full.errors)")
    #expect(full.errors.contains("No space left on device"), "\(full.errors)")
    let saved = folder["disk/run/checkpoint.safetensors"]
    #expect(try SafeTensors(contentsOf: saved).metadata["step"] == "1")
    withExtendedLifetime(disk) {}
  }

  private func expectEachStepOnce(_ metrics: URL) throws {
    let lines = try String(contentsOf: metrics, encoding: .utf8).split(separator: "\n")
    let trained = try lines.compactMap { line -> Int? in
      struct Line: Decodable {
        var step: Int
        var loss: Double?
      }
      let decoded = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
      return decoded.loss == nil ? nil : decoded.step
    }
    #expect(trained == Array(1...steps))
  }
}

/// A file system in memory of a fixed size, unmounted when it goes.
final class SmallDisk {
  private let url: URL

  static var isPossible: Bool {
    guard geteuid() == 0, let folder = try? TemporaryFolder() else { return false }
    return (try? SmallDisk(at: folder["probe"], bytes: 65_536)) != nil
  }

  init(at url: URL, bytes: Int) throws {
    self.url = url
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    try SmallDisk.run(["mount", "-t", "tmpfs", "-o", "size=\(bytes)", "tmpfs", url.path])
  }

  deinit { try? SmallDisk.run(["umount", url.path]) }

  private static func run(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.featureUnsupported) }
  }
}
