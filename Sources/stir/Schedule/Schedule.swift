import ArgumentParser

struct Schedule: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw a model's noise schedule, or find a better ladder of few steps.",
    subcommands: [SchedulePlot.self, ScheduleSearchCommand.self])
}
