import ArgumentParser
import Diffusion
import Foundation
import Modality
import Pipelines
import Schedules

struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make new items with a trained model.",
    discussion: """
      Writes 0000.wav, 0001.wav, … (or what else the model's kind of data is written as) and a \
      picture of each into the --out folder, and contact-sheet.png with the first 64 pictures. The \
      same seed gives the same files, whatever --count.

      With --init they are variations of a file, or fill in what of it --mask leaves out; \
      --length makes them longer than what the model was trained on, without a seam.
      """)

  @Argument(
    help: "A model file, such as run/model.safetensors, or the name of one that comes with stir.")
  var model: String

  @Option(help: "How many to make.")
  var count = 4

  @Option(help: "Steps for each, of one to four network evaluations (default: as the model says).")
  var steps: Int?

  @Option(
    help: ArgumentHelp(
      "ddim, dpm_solver_2m, heun or another that docs/samplers.md names (default: as the model "
        + "says).", valueName: "name"))
  var sampler: String?

  @Option(
    help: ArgumentHelp(
      "What class they are of, such as 7; several, as in 0,1,2, by turns.", valueName: "names"))
  var label: String?

  @Option(
    help: ArgumentHelp(
      "How much --label is exaggerated: 1 not at all (the default), 3 is usual.",
      valueName: "scale"))
  var guidance: Double?

  @OptionGroup var edit: EditOptions

  @Option(help: "The seed of the noise that they are made from.")
  var seed: UInt64 = 0

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Set another key of the sampling, such as sampling.eta=0.5.", valueName: "key=value"))
  var settings: [String] = []

  @Option(help: "The folder to write to.")
  var out: String

  @Flag(help: "Print the files as JSON on stdout.")
  var json = false

  @Flag(help: "Show no progress.")
  var quiet = false

  @OptionGroup var plugins: PluginOptions

  @OptionGroup var engine: EngineOptions

  @OptionGroup var precision: PrecisionOption

  func validate() throws {
    guard (1...1_000_000).contains(count) else {
      throw ValidationError("--count is \(count), expected 1 to 1000000")
    }
    if guidance != nil, label == nil {
      throw ValidationError("--guidance needs --label, the class that is exaggerated")
    }
  }

  func run() throws {
    let interruption = Interruption()
    let device = try engine.start()
    var settings = settings
    if let steps { settings = Recipe.settings(steps: steps) + settings }
    if let sampler { settings.append("sampling.sampler=\(sampler)") }
    if let guidance { settings.append("sampling.guidance_scale=\(guidance)") }
    let files = try Generation(
      model: ShippedModels.url(of: model), registry: plugins.registry(), device: device,
      precision: precision.precision, console: Console(quiet: quiet),
      interruption: interruption
    ).generate(
      count: count, settings: settings,
      labels: label?.split(separator: ",").map(String.init) ?? [], edit: edit.request, seed: seed,
      into: URL(fileURLWithPath: out))
    if json {
      print(try JSONValue.array(files.map { .string($0.path) }).text())
    } else {
      print("wrote \(files.count) to \(out)")
    }
  }
}
