import ArgumentParser
import Core
import Diffusion
import Foundation
import Modality
import Pipelines
import Tensors
import Training

/// Quality against the number of steps, for every sampler: the table and the picture of
/// docs/samplers.md.
@main
struct CompareSamplers: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare-samplers",
    abstract: "Measure what a model makes with each sampler in 5 to 1000 evaluations.",
    discussion: """
      The distance is the kernel distance of stir evaluate, to what the model's training held out of \
      DATA. Every sampler starts from the same noise.
      """)

  @Argument(help: "A model file.")
  var model: String

  @Argument(help: "The data that it was trained on.")
  var data: String

  @Option(help: "How many items are made for each number.")
  var items = 256

  @Option(help: "The most network evaluations for an item.")
  var most = 1000

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Set a key of the sampling for all of them, such as sampling.timestep_spacing=leading.",
      valueName: "key=value"))
  var settings: [String] = []

  @Option(help: "The picture to write.")
  var out: String

  /// A sampler as the table calls it, its settings, and network evaluations in a step.
  private static let samplers: [(name: String, settings: [String], evaluations: Int)] = [
    ("ddim", ["sampler=ddim", "eta=0"], 1),
    ("ddim, eta 1", ["sampler=ddim", "eta=1"], 1),
    ("ddpm, fixed_large", ["sampler=ddpm", "variance_type=fixed_large"], 1),
    ("dpm_solver_2m", ["sampler=dpm_solver_2m"], 1),
    ("dpm_solver_2m_sde", ["sampler=dpm_solver_2m_sde"], 1),
    ("dpm_solver_3m", ["sampler=dpm_solver_3m"], 1),
    ("unipc", ["sampler=unipc"], 1),
    ("heun, karras", ["sampler=heun", "timestep_spacing=karras", "sigma_max=80"], 2),
    ("euler_ancestral", ["sampler=euler_ancestral"], 1),
    ("flow_heun", ["sampler=flow_heun"], 2),
  ]

  private var budgets: [Int] { [5, 10, 20, 50, 100, 1000].filter { $0 <= most } }

  mutating func run() throws {
    try Engine.start(threads: ProcessInfo.processInfo.activeProcessorCount)
    let model = try DiffusionModel(contentsOf: URL(fileURLWithPath: model))
    let modality = try ModalityRegistry.builtIn.modality(of: model.configuration)
    let heldOut = try ItemSubset(
      modality, at: URL(fileURLWithPath: data), part: (model.configuration, \.heldOut), atLeast: 2,
      "held-out item")
    let real = try concurrentMap(heldOut.count) { try modality.features(of: heldOut.item($0)) }
    print("| sampler | \(budgets.map(String.init).joined(separator: " | ")) |")
    print("|---|\(budgets.map { _ in "---|" }.joined())")
    var plot = LinePlot(
      title: "Quality against evaluations", xLabel: "network evaluations for an item",
      yLabel: "kernel distance to held-out items", series: [], xScale: .log, yScale: .log)
    for (rank, sampler) in Self.samplers.enumerated() {
      // The three that the DDIM paper compares, to its end; the solvers have arrived long before.
      let budgets = rank < 3 ? budgets : budgets.filter { $0 <= 100 }
      let distances = try budgets.map { budget in
        let own =
          sampler.settings + ["num_inference_steps=\(max(1, budget / sampler.evaluations))"]
        let sampling = try Recipe.load(
          nil, settings: settings + own.map { "sampling.\($0)" }, over: model.configuration
        ).sampling
        var made: [[Float]] = []
        try model.sample(count: items, sampling: sampling, seed: 1) {
          made.append(try modality.features(of: $1))
        }
        return try kernelDistance(made, real)
      }
      print(
        "| \(sampler.name) | "
          + distances.map { String(format: "%.3f", $0) }.joined(separator: " | ")
          + (distances.count < self.budgets.count ? " | |" : " |"))
      fflush(nil)
      plot.series.append(
        .init(
          sampler.name, zip(budgets, distances).map { (x: Double($0), y: $1) },
          color: .magma(Double(rank) / Double(Self.samplers.count))))
    }
    try plot.picture(width: 1000, height: 640).writePNG(to: URL(fileURLWithPath: out))
  }
}
