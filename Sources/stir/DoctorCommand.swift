import ArgumentParser
import Modality
import Pipelines

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say what this machine and this build can do, and what is wrong.",
    discussion: "Exit status 69 if there is a problem.")

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var engine: EngineOptions

  func run() throws {
    _ = try engine.start()
    let doctor = try Doctor()
    print(json ? try JSONValue(encoding: doctor).text(pretty: true) : doctor.text)
    if !doctor.problems.isEmpty { throw ExitCode(StirError.Code.unavailable.exitStatus) }
  }
}
