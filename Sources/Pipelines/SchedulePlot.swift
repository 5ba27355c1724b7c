import Diffusion
import Foundation
import Modality
import Schedules
import Training

/// A schedule as a picture: √ᾱ and log-SNR over the timesteps, with the ladder that sampling walks.
public func schedulePicture(_ configuration: RunConfiguration) throws -> Picture {
  let table = try configuration.process.table(for: configuration.objective.prediction)
  let ladder = try configuration.sampling.ladder(of: table)
  let line = Picture.Color(90, 140, 200), dots = Picture.Color(200, 80, 40)

  func plot(_ title: String, _ yLabel: String, _ value: (NoiseLevel) -> Double) -> LinePlot {
    let levels = table.levels.enumerated().map { (x: Double($0), y: value($1)) }
    let steps = ladder.map { (x: table.timestep(of: $0.level), y: value($0.level)) }
    return LinePlot(
      title: title, xLabel: "timestep", yLabel: yLabel,
      series: [LinePlot.Series("schedule", levels, color: line)]
        // A line of one point is a dot.
        + steps.enumerated().map { i, point in
          LinePlot.Series(i == 0 ? "ladder of \(ladder.count) steps" : "", [point], color: dots)
        })
  }
  let level = plot("Noise level", "sqrt(alpha bar)") { $0.noiseLevel }
  let logSNR = plot("Signal-to-noise ratio", "ln SNR") { $0.logSNR }
  return Picture.contactSheet(
    [level, logSNR].map { $0.picture(width: 800, height: 480) }, columns: 1)
}
