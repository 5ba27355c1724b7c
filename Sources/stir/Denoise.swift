import ArgumentParser
import Core
import Foundation
import Pipelines

struct Denoise: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take the noise out of recordings.",
    discussion: """
      Takes a file of any length, rate and number of channels, a folder of them, or - for standard \
      input, and writes the same recordings without their noise: at their rate, as long to the \
      sample, in their format as far as it can be written, with their tags. Where a recording has \
      another rate than the model, what is above half of the lower rate is lost.

      Ctrl-C leaves what is denoised until then in a file. A folder's files keep their names; one that \
      cannot be denoised is reported at the end, and the others are done.
      """)

  @Argument(help: "A file, a folder, or - for standard input.")
  var input: String

  @Option(
    help: ArgumentHelp(
      "What to write: a file, whose extension says its container; a folder for a folder's files; or "
        + "- for a WAV on standard output.", valueName: "path"))
  var out: String

  @Option(
    help: ArgumentHelp(
      "A model that was trained to denoise: a file, or the name of one that comes with stir.",
      valueName: "model"))
  var model = ShippedModels.denoiser

  @Flag(
    help: """
      Take a --model that makes new items instead: it takes away white noise, in the way of its own \
      chain, which is entered where the recording stands.
      """)
  var prior = false

  @Option(
    help: ArgumentHelp(
      "With --prior: the ratio of signal to noise in dB; measured every 4 s if it is not given.",
      valueName: "dB"))
  var snr: Double?

  @Option(help: "Steps of the chain; the same as --set sampling.num_inference_steps=….")
  var steps: Int?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Set one key over the model's sampling, such as sampling.sampler=ddim.",
      valueName: "key=value"))
  var settings: [String] = []

  @Option(help: ArgumentHelp("How much of the original is kept, from 0 to 1.", valueName: "share"))
  var mix = 0.0

  @Option(help: "The seed of what is random in denoising.")
  var seed: UInt64 = 0

  @Flag(help: "Print what was done as JSON on stdout.")
  var json = false

  @Flag(help: "Show no progress.")
  var quiet = false

  @OptionGroup var plugins: PluginOptions

  @OptionGroup var engine: EngineOptions

  @OptionGroup var precision: PrecisionOption

  func validate() throws {
    guard (0...1).contains(mix) else {
      throw ValidationError("--mix is \(mix), expected 0 to 1")
    }
    if snr != nil, !prior { throw ValidationError("--snr needs --prior") }
    guard out == "-" else { return }
    if json { throw ValidationError("--json and --out - both write to stdout; choose one") }
    if isatty(STDOUT_FILENO) == 1 {
      throw ValidationError("--out - writes a WAV to stdout, which is a terminal; give a file")
    }
  }

  func run() throws {
    let interruption = Interruption()
    let console = Console(quiet: quiet)
    var request = DenoiserRequest(model: try ShippedModels.url(of: model))
    (request.isPrior, request.snr, request.seed) = (prior, snr, seed)
    request.settings = (steps.map(Recipe.settings) ?? []) + settings
    let denoiser = try request.denoiser(
      registry: plugins.registry(), device: engine.start(), precision: precision.precision)
    let summary = try Denoising(
      denoiser, mix: mix, console: console, interruption: interruption
    )(input, to: out)
    if json {
      print(try JSONValue(encoding: summary).text(pretty: true))
    } else if out == "-" {
      console.note(summary.text)
    } else {
      print(summary.text)
    }
    try summary.requireNoFailures()
  }
}
