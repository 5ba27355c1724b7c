import ArgumentParser
import Foundation
import Modality
import Pipelines

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what is in a folder of data, or in a model file.")

  @Argument(help: "A file or folder of data, or a .safetensors model.")
  var path: String

  @OptionGroup var options: ModalityOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let url = URL(fileURLWithPath: path)
    let console = Console()
    let report =
      try url.pathExtension == "safetensors"
      ? ModelInspection.report(on: url)
      : options.plugins.registry().modality(of: options.configuration())
        .inspect(at: url, progress: console.measuringData(until: Interruption()))
    console.closeLine()
    print(json ? try report.json.text(pretty: true) : report.text)
  }
}
