import Foundation
import Modality

/// Pictures of a run's record.
extension Metrics {
  /// Training loss (the mean of about 200 stretches) and held-out loss over the steps.
  func lossCurve() -> LinePlot {
    let stretch = max(1, losses.count / 200)
    let training = stride(from: 0, to: losses.count, by: stretch).map { start in
      let part = losses[start..<min(start + stretch, losses.count)]
      let count = Double(part.count)
      return (x: part.map(\.x).reduce(0, +) / count, y: part.map(\.y).reduce(0, +) / count)
    }
    let heldOut = evaluations.compactMap { line in
      line.heldOutLoss.map { (x: Double(line.step), y: $0) }
    }
    return LinePlot(
      title: "Loss", xLabel: "step", yLabel: "loss",
      series: [
        LinePlot.Series("training", training, color: Picture.Color(90, 140, 200)),
        LinePlot.Series("held out (averaged weights)", heldOut, color: Picture.Color(200, 80, 40)),
      ], yScale: .log)
  }

  /// The held-out loss at each noise level, for the first, a middle and the latest evaluation.
  func levelCurve() -> LinePlot {
    let picks = Set([0, evaluations.count / 2, evaluations.count - 1]).sorted()
      .filter(evaluations.indices.contains)
    let series = picks.enumerated().map { rank, pick in
      let line = evaluations[pick]
      let points = zip(line.heldOutNoiseLevels ?? [], line.heldOutLosses ?? [])
      return LinePlot.Series(
        "step \(line.step)", points.map { (x: $0, y: $1) },
        color: .magma(0.75 - 0.3 * Double(rank)))
    }
    return LinePlot(
      title: "Held-out loss by noise level", xLabel: "noise level, sqrt(alpha bar)", yLabel: "loss",
      series: series, yScale: .log)
  }
}
