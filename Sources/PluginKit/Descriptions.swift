import Foundation
import Modality

// The JSON that crosses between a plugin and its host, as `stir_plugin.h` documents it.

/// What `describe` answers.
struct PluginDescription: Codable {
  var summary: String
  var settings: [ModalityKind.Setting]

  init(_ kind: ModalityKind) throws {
    summary = kind.summary
    settings = try kind.settings()
  }
}

/// What `describe_modality` answers.
struct ModalityDescription: Codable {
  var configuration: JSONValue
  var layout: Layout
  var fileExtension: String
  var tolerance: Float
  var conditions: [Condition]?

  enum CodingKeys: String, CodingKey {
    case configuration, layout, tolerance, conditions
    case fileExtension = "file_extension"
  }

  init(_ modality: any DataModality) throws {
    configuration = try modality.configurationTree()
    layout = modality.layout
    fileExtension = modality.fileExtension
    tolerance = modality.tolerance
    conditions = modality.conditions
  }
}

/// What `describe_data` answers.
struct DataDescription: Codable {
  var count: Int
  var labels: [String]?
  var rejected: [RejectedInput]?

  init(_ data: any DataSet) {
    count = data.count
    labels = data.labels
    rejected = data.rejected
  }
}

/// What `inspect` answers.
struct InspectionDescription: Codable {
  var text: String
  var report: JSONValue

  init(_ inspection: InspectionReport) {
    text = inspection.text
    report = inspection.json
  }
}
