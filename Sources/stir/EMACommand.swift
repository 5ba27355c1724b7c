import ArgumentParser
import Foundation
import Pipelines
import Training

struct EMACommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ema",
    abstract: "Make a model of a run's weights, averaged over a length of your choice.",
    discussion: """
      The run was trained with --set training.posthoc_ema_every=STEPS, which leaves snapshots of two \
      averages in its ema folder. From those comes the average with a profile of any width \
      (Karras et al. 2024). What is printed as the profile's error is small where snapshots are \
      dense: widths from 0.05 to 0.2 want some 20 of them or more.
      """)

  @Argument(help: ArgumentHelp("The folder of a run.", valueName: "run"))
  var folder: String

  @Option(
    help: ArgumentHelp(
      "The width of the average as a share of the training: 0.05 averages briefly, 0.2 long.",
      valueName: "width"))
  var sigmaRel: Double

  @Option(help: ArgumentHelp("The model file to write.", valueName: "file"))
  var out: String

  func run() throws {
    let made = try RunFolder(URL(fileURLWithPath: folder)).reconstructAverage(
      PowerProfile(relativeDeviation: sigmaRel), to: URL(fileURLWithPath: out))
    print(
      "wrote \(out), from \(made.snapshots) snapshots up to step \(made.model.step); its profile's "
        + String(format: "error is %.2g %%", 100 * made.profileError))
  }
}
