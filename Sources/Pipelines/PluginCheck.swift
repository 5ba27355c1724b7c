import Foundation
import Modality
import Networks
import PluginKit
import Training

/// Checks every law of a kind of data, each in a process of its own with a time limit, so that a
/// crash or a hang is a finding like any other.
public struct PluginCheck: Sendable {
  /// The identifier of a kind, or the folder of a plugin.
  public let target: String
  /// `key=value` texts over the defaults of its configuration.
  public let settings: [String]
  /// Real data for the laws that read; without it the modality reads what it wrote itself.
  public let data: URL?
  /// Seconds for each law.
  public let timeLimit: Double

  public init(target: String, settings: [String] = [], data: URL? = nil, timeLimit: Double = 60) {
    self.target = target
    self.settings = settings
    self.data = data
    self.timeLimit = timeLimit
  }

  /// The laws, in the order in which they are checked: first that of a loaded plugin's manifest,
  /// last that a network can be trained on the data.
  public static let laws = ["manifest"] + ModalityLaw.allCases.map(\.rawValue) + ["training"]

  /// One law's findings.
  public struct Verdict: Codable, Sendable {
    public var law: String
    public var findings: [ModalityFinding]
  }

  /// Checks `laws` one after another; the first one that the library cannot even be loaded for is
  /// the last.
  ///
  /// - Parameters:
  ///   - tool: the stir tool, which is started once for each law.
  ///   - each: receives each verdict when it is there; what it throws ends the check.
  public func run(
    _ laws: [String], tool: URL, each: (Verdict) throws -> Void
  ) throws -> [Verdict] {
    var verdicts: [Verdict] = []
    for law in laws {
      let verdict = Verdict(law: law, findings: try findings(of: law, tool: tool))
      verdicts.append(verdict)
      try each(verdict)
      if law == "manifest", !verdict.findings.isEmpty { break }
    }
    return verdicts
  }

  /// What one law's process found, or what became of the process.
  private func findings(of law: String, tool: URL) throws -> [ModalityFinding] {
    try withTemporaryFolder { scratch in
      let report = scratch.appendingPathComponent("report.json")
      var arguments = ["plugins", "check", target, "--law", law, "--report", report.path]
      arguments += settings.flatMap { ["--set", $0] }
      if let data { arguments += ["--data", data.path] }
      let child = try ChildProcess(tool, arguments, timeLimit: timeLimit, folder: scratch)
      if let data = FileManager.default.contents(atPath: report.path) {
        return try JSONDecoder().decode([ModalityFinding].self, from: data)
      }
      return [ModalityFinding(law: law, fault: child.fault, child.sentence)]
    }
  }

  /// Checks one law in this process; the child's side of ``run(_:tool:each:)``.
  public func findingsHere(of law: String) -> [ModalityFinding] {
    do {
      let kind = try ModalityRegistry.kind(at: target)
      switch law {
      case "manifest":
        // Loading compares the manifest with the library.
        _ = try kind.settings()
        return []
      case "training":
        try withTemporaryFolder { try train(kind, scratch: $0) }
        return []
      default:
        return ModalityCheck(kind, configuration: try configuration, data: data)
          .findings(of: try ModalityLaw(named: law))
      }
    } catch {
      return [ModalityFinding(law: law, error)]
    }
  }

  private var configuration: JSONValue {
    get throws { try Recipe.load(nil, settings: settings.map { "data.\($0)" }).data }
  }

  /// One training step and one sample with a tiny network.
  private func train(_ kind: ModalityKind, scratch: URL) throws {
    let subject = try ModalityCheck(kind, configuration: configuration, data: data)
      .subject(in: scratch)
    var run = RunConfiguration()
    run.network.width = 8
    run.network.channelMultipliers = [1, 2]
    run.network.downFactors = [4]
    run.network.blocksPerLevel = 1
    run.network.attentionLevels = []
    run.training.batchSize = 2
    run.training.heldOutFraction = 0
    let layout = subject.modality.layout
    let trainer = try Trainer(
      network: UNet(run.network, layout: layout), data: subject.data, configuration: run)
    let step = try trainer.trainStep()
    guard step.loss.isFinite else {
      throw StirError(.diverged, "the loss of one training step is \(step.loss)")
    }
    for item in try trainer.model.sample(count: 1, steps: 2, seed: 1) {
      let name = "sample.\(subject.modality.fileExtension)"
      try subject.modality.write(item, to: scratch.appendingPathComponent(name))
      _ = try subject.modality.preview(item)
    }
  }
}

extension ModalityRegistry {
  /// The kind that `target` names: a plugin's folder if there is one, otherwise an identifier.
  public static func kind(at target: String) throws -> ModalityKind {
    let folder = URL(fileURLWithPath: target)
    let manifest = folder.appendingPathComponent(PluginManifest.fileName).path
    if target.contains("/") || FileManager.default.fileExists(atPath: manifest) {
      return try FoundPlugin(folder: folder).kind()
    }
    return try withPlugins(in: []).kind(target)
  }
}
