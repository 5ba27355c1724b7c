import ArgumentParser
import Foundation
import Pipelines

/// What new items are made from, and how long they are.
struct EditOptions: ParsableArguments {
  @Option(
    name: .customLong("init"),
    help: ArgumentHelp("A file to make them from: variations of it.", valueName: "file"))
  var initial: String?

  @Option(
    help: ArgumentHelp(
      "How much of --init is made anew, from 0 (nothing) to 1 (default: 0.6; 1 with --mask).",
      valueName: "share"))
  var strength: Double?

  @Option(
    help: ArgumentHelp(
      """
      What of --init stays as it is: stretches such as 0s-0.5s,1.2s- in seconds or 0-8000 in \
      samples, or for images a picture that is white there. All else is made anew.
      """, valueName: "stretches-or-picture"))
  var mask: String?

  @Option(
    help: ArgumentHelp(
      "How often each step is made around --mask: more fit better, and take longer (default: 5).",
      valueName: "count"))
  var resamplings: Int?

  @Option(
    help: ArgumentHelp(
      """
      How long they are, such as 30s, or 480000 samples (default: as --init, or as the model was \
      trained). With --mask 0- the file goes on.
      """, valueName: "length"))
  var length: String?

  var request: EditRequest {
    EditRequest(
      initial: initial.map(URL.init(fileURLWithPath:)), strength: strength, mask: mask,
      resamplings: resamplings, length: length)
  }

  func validate() throws {
    if let strength, !(0...1).contains(strength) {
      throw ValidationError("--strength is \(strength), expected 0 to 1")
    }
    if let resamplings, !(1...1_000).contains(resamplings) {
      throw ValidationError("--resamplings is \(resamplings), expected 1 to 1000")
    }
    if strength != nil || mask != nil, initial == nil {
      throw ValidationError(
        "\(mask == nil ? "--strength" : "--mask") needs --init, the file that it is about")
    }
    if resamplings != nil, mask == nil {
      throw ValidationError("--resamplings needs --mask, what the rest is fitted to")
    }
  }
}
