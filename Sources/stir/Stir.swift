import ArgumentParser
import Core
import Foundation
import Pipelines

/// The command-line tool. Each command is a file; the work is done in `Pipelines`.
@main
struct Stir: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stir",
    abstract: "Learn from recordings, signals or images, and make new ones.",
    discussion: """
      Exit status: 0 done, 64 wrong use or configuration, 65 data that cannot be used, 66 input \
      that is not there, 69 a device or feature that is not there, 70 a failure inside the tensor \
      engine, 73 output that cannot be written, 75 training that diverged, 130 interrupted (a \
      training leaves a checkpoint that --resume goes on from).
      """,
    version: Version.current,
    subcommands: [
      Train.self, Generate.self, Denoise.self, Evaluate.self, Inspect.self, EMACommand.self,
      Compact.self, Schedule.self, Plugins.self, DoctorCommand.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let error as StirError {
      fail(error.description, status: error.code.exitStatus)
    } catch let error as Interrupted {
      fail(error.description, status: Interruption.exitStatus)
    } catch {
      exit(withError: error)
    }
  }

  private static func fail(_ message: String, status: Int32) -> Never {
    FileHandle.standardError.write(Data("stir: \(message)\n".utf8))
    Foundation.exit(status)
  }
}
