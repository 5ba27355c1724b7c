import Core
import Foundation

/// The trained models that come with stir, each in a folder of its name with a card.
public enum ShippedModels {
  /// The denoiser that `stir denoise` takes by itself.
  public static let denoiser = "speech-denoiser"

  /// The model file that a person names: a path, or the name of a model that comes with stir.
  ///
  /// - Throws: `StirError.Code.missingInput` when neither is there.
  public static func url(of name: String) throws -> URL {
    let path = URL(fileURLWithPath: name)
    if FileManager.default.fileExists(atPath: path.path) { return path }
    guard !name.contains("/"), let folder else { return path }
    let model = folder.appendingPathComponent(name).appendingPathComponent("model.safetensors")
    guard FileManager.default.fileExists(atPath: model.path) else {
      throw StirError(
        .missingInput,
        "there is no file \(name), and no model of that name in \(folder.path): "
          + names(in: folder).joined(separator: ", "))
    }
    return model
  }

  /// `samples/models` in one of the folders above the tool, or `share/stir/models` for a tool that
  /// is installed.
  private static var folder: URL? {
    let tool = Bundle.main.executableURL?.resolvingSymlinksInPath()
    var above = tool?.deletingLastPathComponent()
    while let here = above, here.path != "/" {
      for place in ["samples/models", "share/stir/models"] {
        let folder = here.appendingPathComponent(place)
        if FileManager.default.fileExists(atPath: folder.path) { return folder }
      }
      above = here.deletingLastPathComponent()
    }
    return nil
  }

  private static func names(in folder: URL) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter {
      FileManager.default.fileExists(
        atPath: folder.appendingPathComponent($0).appendingPathComponent("model.safetensors").path)
    }.sorted()
  }
}
