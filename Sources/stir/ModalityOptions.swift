import ArgumentParser
import Modality
import Pipelines
import Training

/// The kind of data that a command reads, and its settings.
struct ModalityOptions: ParsableArguments {
  @Option(help: "The kind of data (default: the one --plugin, or audio).")
  var modality: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Set one key of the modality, such as sample_rate=8000.", valueName: "key=value"))
  var settings: [String] = []

  @OptionGroup var plugins: PluginOptions

  /// What the options say, laid over the configuration of a model if there is one.
  func configuration(over model: RunConfiguration? = nil) throws -> RunConfiguration {
    var base = model ?? RunConfiguration()
    if model == nil, let kind = try modality ?? plugins.modality() { base.modality = kind }
    return try Recipe.load(nil, settings: settings.map { "data.\($0)" }, over: base)
  }
}
