import Foundation
import Modality

/// What a folder of images holds, counted.
struct ImageInspection: Codable {
  private var kind = "image"
  private var folder: String
  private var images: Int
  /// [channels, height, width] of an item.
  private var shape: [Int]
  private var formats: [String: Int]
  /// How many images there are of each width × height.
  private var sizes: [String: Int]
  private var classes: [String: Int]
  private var captioned: Int
  private var unusable: [RejectedInput]

  init(_ index: ImageIndex, configuration: ImageConfiguration) throws {
    folder = index.folder
    shape = [configuration.channels, configuration.height, configuration.width]
    unusable = index.rejected
    (formats, sizes, classes) = ([:], [:], [:])
    for file in index.files {
      let (format, width, height) =
        switch file.content {
        case .image(let format, let width, let height): (format, width, height)
        case .table(let table): (.idx, table.width, table.height)
        }
      formats[format.rawValue, default: 0] += file.count
      sizes["\(width)×\(height)", default: 0] += file.count
    }
    images = index.files.reduce(0) { $0 + $1.count }
    captioned = index.files.count { $0.caption != nil }
    guard images > 0 else { return }
    let data = try ImageDataSet(index, configuration: configuration)
    for item in 0..<data.count {
      if let label = data.label(of: item) { classes[data.labels[label], default: 0] += 1 }
    }
  }

  func report() throws -> InspectionReport {
    let rows = [
      ("images", "\(images)"),
      ("items", "\(images) of \(shape.map(String.init).joined(separator: " × "))"),
      ("formats", table(formats.sorted(by: mostFirst))),
      ("sizes", table(sizes.sorted(by: mostFirst))),
      ("classes", table(classes.sorted { $0.key < $1.key })),
      ("captions", captioned == 0 ? "none" : "\(captioned)"),
      ("unusable", unusable.isEmpty ? "none" : "\(unusable.count)"),
    ]
    let more = unusable.count > 10 ? ["  and \(unusable.count - 10) more"] : []
    let lines =
      [folder] + rows.map { $0.0.padding(toLength: 14, withPad: " ", startingAt: 0) + $0.1 }
      + unusable.prefix(10).map { "  \($0.name): \($0.reason)" } + more
    return InspectionReport(
      text: lines.joined(separator: "\n"), json: try JSONValue(encoding: self))
  }
}

private func mostFirst(_ a: (key: String, value: Int), _ b: (key: String, value: Int)) -> Bool {
  (b.value, a.key) < (a.value, b.key)
}

/// Up to twelve names with their counts.
private func table(_ counts: [(key: String, value: Int)]) -> String {
  let shown = counts.prefix(12).map { "\($0.key) (\($0.value))" }
  let more = counts.count > 12 ? ["and \(counts.count - 12) more"] : []
  return counts.isEmpty ? "none" : (shown + more).joined(separator: ", ")
}
