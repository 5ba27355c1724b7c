import ArgumentParser
import Foundation
import Modality
import Pipelines

struct PluginsCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check that a kind of data keeps every law of a modality.",
    discussion: """
      Each law is checked in a process of its own, so that a crash or a hang is a finding too. Exit \
      status 65 if there is a finding. Laws: \(PluginCheck.laws.joined(separator: ", ")).
      """)

  @Argument(help: "The folder of a plugin, or the name of a kind of data.")
  var target: String

  @Option(help: "Real data to read (default: what the plugin writes itself).")
  var data: String?

  @Option(
    name: .customLong("law"),
    help: ArgumentHelp("Check only this law; may be given several times.", valueName: "name"))
  var laws: [String] = []

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Set one key, such as length=512.", valueName: "key=value"))
  var settings: [String] = []

  @Option(help: ArgumentHelp("The longest that a law may take.", valueName: "seconds"))
  var timeLimit = 60.0

  @Flag(help: "Print JSON.")
  var json = false

  /// The child's side: check here, and leave the findings in this file.
  @Option(help: .hidden)
  var report: String?

  func validate() throws {
    if let law = laws.first(where: { !PluginCheck.laws.contains($0) }) {
      throw ValidationError(
        "there is no law \(law)\(suggestion(for: law, among: PluginCheck.laws))")
    }
    guard timeLimit > 0 else { throw ValidationError("--time-limit is more than 0") }
  }

  func run() throws {
    let check = PluginCheck(
      target: target, settings: settings, data: data.map { URL(fileURLWithPath: $0) },
      timeLimit: timeLimit)
    if let report {
      let findings = laws.flatMap(check.findingsHere)
      try writeAtomically(
        Data(JSONValue(encoding: findings).text().utf8), to: URL(fileURLWithPath: report))
      return
    }
    let verdicts = try check.run(laws.isEmpty ? PluginCheck.laws : laws, tool: Self.tool) {
      if !json { show($0) }
    }
    if json { print(try JSONValue(encoding: verdicts).text(pretty: true)) }
    guard verdicts.allSatisfy(\.findings.isEmpty) else {
      throw ExitCode(StirError.Code.invalidData.exitStatus)
    }
  }

  private func show(_ verdict: PluginCheck.Verdict) {
    print("\(verdict.findings.isEmpty ? "ok   " : "FAIL ") \(verdict.law)")
    for finding in verdict.findings { print("        \(finding.fault): \(finding.sentence)") }
  }

  /// This very program.
  private static var tool: URL {
    let path = Bundle.main.executablePath ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: path)
  }
}
