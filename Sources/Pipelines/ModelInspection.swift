import Core
import Foundation
import Modality
import Tensors
import Training

/// What a model file or a checkpoint holds, without reading a weight.
public enum ModelInspection {
  /// - Throws: `.invalidData` for a file that is no model of this version.
  public static func report(on url: URL) throws -> InspectionReport {
    let (configuration, layout, step) = try DiffusionModel.describe(url)
    let shapes = try SafeTensors.shapes(of: url)
    let parameters = shapes.values.reduce(0) { $0 + $1.reduce(1, *) }
    let multiple = configuration.network.admittedMultiple
    let tree = try JSONValue(encoding: configuration)
    let json = JSONValue.object([
      "kind": .string("model"), "step": .integer(step), "parameters": .integer(parameters),
      "layout": try JSONValue(encoding: layout), "admitted_multiple": .integer(multiple),
      "configuration": tree,
    ])
    let text = """
      \(url.lastPathComponent): a model of \(configuration.modality)
      step            \(step) of \(configuration.training.steps)
      parameters      \(parameters) in \(shapes.count) tensors
      item            \(layout.shape.map(String.init).joined(separator: " × "))
      extents         padded to multiples of \(multiple)
      configuration
      \(try tree.text(pretty: true))
      """
    return InspectionReport(text: text, json: json)
  }
}
