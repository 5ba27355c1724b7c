import Foundation

extension Evaluation {
  /// The tables for people.
  public var text: String {
    let names =
      ["kernel distance", "Fréchet distance", "precision", "recall"]
      + (rows.first?.metrics.map(\.name) ?? [])
    let comparison = table(
      "compared with \(reference) real items", names,
      rows.map { row in
        (
          "\(row.set) (\(row.items))",
          [row.kernelDistance, row.frechetDistance, row.precision, row.recall]
            + row.metrics.map(\.value)
        )
      })
    guard let memorization else { return comparison }
    let neighbors = table(
      "nearest of \(memorization.training) training items",
      ["median distance", "nearer than 95 % of real"],
      [
        ("made", [memorization.madeDistance, memorization.nearerShare]),
        ("real, not trained on", [memorization.realDistance]),
      ])
    return comparison + "\n\n" + neighbors
  }
}

/// Rows of numbers under their names.
private func table(
  _ title: String, _ names: [String], _ rows: [(name: String, values: [Double])]
) -> String {
  let width = ([title] + rows.map(\.name)).map(\.count).reduce(0, max) + 2
  func line(_ head: String, _ cells: [String]) -> String {
    head + String(repeating: " ", count: width - head.count)
      + zip(names, cells).map { name, cell in
        String(repeating: " ", count: max(name.count, 10) - cell.count) + cell
      }.joined(separator: "  ")
  }
  let lines = rows.map { row in line(row.name, row.values.map { String(format: "%.4g", $0) }) }
  return ([line(title, names)] + lines).joined(separator: "\n")
}
