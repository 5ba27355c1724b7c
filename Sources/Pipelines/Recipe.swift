import Core
import Foundation
import Training
import Yams

/// A run's configuration in a YAML or JSON file, with single keys set over it.
public enum Recipe {
  /// The configuration in `file`, or the defaults, with `settings` laid over it.
  ///
  /// - Parameters:
  ///   - base: what the file and the settings are laid over.
  ///   - settings: `key.path=value` texts; values are read as YAML (`[1, 2, 4]`, `true`, `0.1`).
  /// - Throws: `.missingInput` for a file that cannot be read, `.configuration` for text that is
  ///   not YAML, unknown keys (with the nearest name) and values of the wrong type.
  public static func load(
    _ file: URL?, settings: [String] = [], over base: RunConfiguration = RunConfiguration()
  ) throws -> RunConfiguration {
    var overrides = JSONValue.object([:])
    if let file { overrides = try parse(read(file), place: file.path) }
    for setting in settings {
      let parts = setting.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else {
        throw StirError(.configuration, "\"\(setting)\": expected key=value")
      }
      let value = try parse(String(parts[1]), place: setting)
      overrides.set(value, at: parts[0].split(separator: "."))
    }
    let merged = try JSONValue(encoding: base).overlaid(with: overrides)
    return try RunConfiguration(overriding: merged)
  }

  /// The settings that ask for a number of sampling steps. A ladder that is stored in the model has a
  /// number of steps of its own, and goes.
  public static func settings(steps: Int) -> [String] {
    ["sampling.sigmas=[]", "sampling.num_inference_steps=\(steps)"]
  }

  private static func read(_ file: URL) throws -> String {
    guard let data = FileManager.default.contents(atPath: file.path) else {
      throw StirError(.missingInput, "cannot read the recipe \(file.path)")
    }
    return String(decoding: data, as: UTF8.self)
  }

  private static func parse(_ text: String, place: String) throws -> JSONValue {
    do {
      return try YAMLDecoder().decode(JSONValue.self, from: text)
    } catch {
      throw StirError(.configuration, "\(place) is not YAML: \(error)")
    }
  }
}
