import ArgumentParser
import Networks

extension Precision: ExpressibleByArgument {}

/// What to compute in: an option of the commands that run a network.
struct PrecisionOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What to compute in: float32, bfloat16, or auto, which is bfloat16 where the processor "
        + "multiplies it fast (default: as the configuration says, auto unless set).",
      valueName: "name"))
  var precision: Precision?
}
