import Core
import Foundation
import TestSupport
import Testing

/// A loaded plugin goes the whole way: trained on, generated with, evaluated, and refused when it
/// has become another.
@Suite struct PluginCommandTests {
  private let folder: TemporaryFolder

  /// Twelve files of the plugin's kind: sines of different pitch.
  init() throws {
    folder = try TemporaryFolder()
    try makeFolder(folder["data"])
    for number in 0..<12 {
      let values = (0..<64).map { Float(0.5 * sin(0.1 * Double((number % 4 + 1) * $0))) }
      try values.withUnsafeBytes { try Data($0).write(to: folder["data/\(number).f32"]) }
    }
  }

  private func train(_ plugins: [TemporaryFolder], _ more: [String] = []) throws -> Stir {
    let settings = tinySettings.enumerated().filter { index, text in
      !text.hasPrefix("data.")
        && !(tinySettings.indices.contains(index + 1)
          && tinySettings[index + 1].hasPrefix("data."))
    }.map(\.element)
    return try Stir.run(
      ["train", folder["data"].path, "--out", folder["run"].path, "--steps", "2"] + settings
        + plugins.flatMap { ["--plugin", $0.url.path] } + more)
  }

  private func generate(_ plugin: TemporaryFolder?, into name: String) throws -> Stir {
    try Stir.run(
      [
        "generate", folder["run/model.safetensors"].path, "--count", "4", "--out",
        folder[name].path,
      ]
        + (plugin.map { ["--plugin", $0.url.path] } ?? []))
  }

  @Test func onePluginIsTheKindOfData() throws {
    let plugin = try builtPlugin()
    let training = try train([plugin])
    #expect(training.status == 0, "\(training.errors)")
    let made = try generate(plugin, into: "made")
    #expect(made.status == 0, "\(made.errors)")
    #expect(try Data(contentsOf: folder["made/0003.f32"]).count == 256)
    for name in ["made/0003.png", "made/contact-sheet.png"] {
      #expect(FileManager.default.fileExists(atPath: folder[name].path), "\(name)")
    }
    let report = try Stir.run(
      "evaluate", folder["made"].path, folder["data"].path, "--model",
      folder["run/model.safetensors"].path, "--plugin", plugin.url.path, "--json")
    #expect(report.status == 0, "\(report.errors)")
    let tree = try JSONDecoder().decode(JSONValue.self, from: Data(report.output.utf8))
    guard case .array(let rows)? = tree["rows"] else {
      Issue.record("\(report.output)")
      return
    }
    #expect(
      rows.compactMap { $0["set"] } == [
        .string("made"), .string("other real items"), .string("real items, blurred"),
        .string("noise"),
      ])
    #expect(tree["reference"] == .integer(6))

    let without = try generate(nil, into: "without")
    #expect(without.status == 64 && without.errors.contains("--plugin"), "\(without.errors)")
    let other = try generate(builtPlugin(version: "2"), into: "other")
    #expect(other.status == 69, "\(other.errors)")
    #expect(other.errors.contains("trained with version 1"), "\(other.errors)")
  }

  @Test func severalPluginsWantAName() throws {
    let (one, two) = (try builtPlugin(), try builtPlugin())
    let twins = try train([one, two], ["--modality", "broken"])
    #expect(twins.status == 64 && twins.errors.contains("are both called broken"))
    let inspection = try Stir.run(
      "inspect", folder["data"].path, "--plugin", one.url.path)
    #expect(inspection.status == 0, "\(inspection.errors)")
    #expect(inspection.output.contains("12 of 1 × 64"), "\(inspection.output)")
  }

  @Test func aPluginCannotTakeABuiltInName() throws {
    let plugin = try builtPlugin()
    let manifest = try String(contentsOf: plugin["plugin.json"], encoding: .utf8)
    try Data(manifest.replacing("\"broken\"", with: "\"audio\"").utf8)
      .write(to: plugin["plugin.json"])
    let run = try train([plugin])
    #expect(run.status == 64 && run.errors.contains("comes with stir"), "\(run.errors)")
  }

  /// Every kind that comes with stir keeps every law.
  @Test(arguments: ["audio", "image", "signal"])
  func builtInKindsPassTheCheck(kind: String) throws {
    let small = [
      "audio": ["--set", "length=2048"], "image": ["--set", "width=32", "--set", "height=32"],
    ]
    let run = try Stir.run(
      ["plugins", "check", kind, "--time-limit", "600"] + (small[kind] ?? []))
    #expect(run.status == 0 && !run.output.contains("FAIL"), "\(run.output)\(run.errors)")
  }

  /// The laws that depend on data, with the real data that comes with the package.
  @Test(arguments: [
    ("audio", "audio/drums", "length=2048"), ("image", "images/sign-digits", "width=32"),
    ("image", "images/fashion", "channels=1"), ("signal", "signals/ecg/recordings", "length=256"),
  ])
  func builtInKindsPassTheCheckOnRealData(kind: String, data: String, setting: String) throws {
    let run = try Stir.run(
      "plugins", "check", kind, "--data", root.appendingPathComponent("samples/\(data)").path,
      "--set", setting, "--law", "values", "--law", "round-trip", "--law", "features",
      "--time-limit", "600")
    #expect(run.status == 0 && !run.output.contains("FAIL"), "\(run.output)\(run.errors)")
  }
}
