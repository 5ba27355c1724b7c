import Core
import Foundation
import TestSupport
import Testing

/// `stir plugins check` names the fault of plugins that break one law each, whatever becomes of the
/// process that the law is checked in.
@Suite struct BrokenPluginTests {
  private func check(_ plugin: TemporaryFolder, _ more: [String]) throws -> Stir {
    try Stir.run(["plugins", "check", plugin.url.path] + more)
  }

  @Test func aPluginInOrderPasses() throws {
    let run = try check(builtPlugin("NOTHING"), ["--time-limit", "600"])
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    #expect(!run.output.contains("FAIL"))
    #expect(run.output.split(separator: "\n").count { $0.hasPrefix("ok") } == 11, "\(run.output)")
  }

  @Test(arguments: [
    ("CRASH", "values", "crash"), ("EXCEPTION", "values", "exception"), ("EXITS", "values", "exit"),
    ("NOT_A_NUMBER", "values", "not finite"), ("UNSET", "values", "not finite"),
    ("LABEL_OUT_OF_RANGE", "values", "wrong layout"),
    ("OTHER_SHAPE", "layout", "wrong layout"), ("IMPOSSIBLE_LAYOUT", "layout", "wrong layout"),
    ("OTHER_VERSION", "manifest", "wrong version"), ("SHORT_TABLE", "manifest", "wrong version"),
    ("NO_MAGIC", "manifest", "invalid data"), ("OTHER_IDENTITY", "manifest", "wrong manifest"),
    ("OVERRUN", "values", "buffer overrun"), ("UNDERRUN", "values", "buffer overrun"),
    ("OVERRUN_IN_WRITE", "round-trip", "buffer overrun"),
    ("OVERRUN_OF_FEATURES", "features", "buffer overrun"), ("GREEDY", "features", "invalid data"),
    ("LOSSY", "round-trip", "round trip"), ("UNSEEDED", "determinism", "not determined"),
    ("RACE", "concurrency", "race"), ("LEAK", "memory", "leak"),
    ("ANY_KEY", "configuration", "not refused"), ("NO_HELP", "configuration", "no help"),
    ("NO_JSON", "configuration", "invalid data"),
    ("TAKES_EMPTY", "malformed-input", "not refused"),
    ("SILENT_FAILURE", "values", "said nothing"), ("CRASH", "training", "crash"),
  ])
  func theFaultIsNamed(fault: String, law: String, name: String) throws {
    let run = try check(builtPlugin(fault), ["--law", law, "--time-limit", "600"])
    #expect(run.status == 65, "\(run.output)\(run.errors)")
    #expect(run.output.contains("FAIL  \(law)"), "\(run.output)\(run.errors)")
    #expect(run.output.contains(name), "\(run.output)\(run.errors)")
  }

  @Test func aHangIsAFinding() throws {
    let run = try check(builtPlugin("HANG"), ["--law", "values", "--time-limit", "2"])
    #expect(run.status == 65)
    #expect(run.output.contains("hang: no end after 2"), "\(run.output)\(run.errors)")
  }

  /// A plugin of another version, or without a library, is a sentence in every command.
  @Test func aStalePluginIsASentence() throws {
    let stale = try builtPlugin("CRASH", abi: "[0, 9]")
    let check = try check(stale, [])
    #expect(check.status == 65)
    #expect(check.output.contains("wrong version"), "\(check.output)")
    let list = try Stir.run("plugins", "list", "--plugin", stale.url.path)
    #expect(list.status == 0 && list.output.contains("0.9"), "\(list.output)")
    let train = try Stir.run("train", drums.path, "--plugin", stale.url.path, "--out", "/nowhere")
    #expect(train.status == 69 && train.errors.contains("build it again"), "\(train.errors)")
    let unbuilt = try builtPlugin("NOTHING")
    for name in ["libbroken.so", "libbroken.dylib"] {
      try? FileManager.default.removeItem(at: unbuilt[name])
    }
    let missing = try Stir.run("plugins", "inspect", unbuilt.url.path)
    #expect(
      missing.status == 66 && missing.errors.contains("build the plugin"), "\(missing.errors)")
  }
}
