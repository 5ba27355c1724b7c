import Core
import Diffusion
import Foundation
import Modality
import Networks
import Schedules
import Tensors

/// A trained network with all that is needed to sample from it.
///
/// Its file is one safetensors file: the weights, and the configuration as JSON in the metadata.
public final class DiffusionModel {
  public let network: UNet
  public let configuration: RunConfiguration
  /// The shape of the items that it was trained on.
  public let layout: Layout
  /// The training step that the weights come from.
  public let step: Int
  /// The noise levels of `configuration.process`.
  public let table: NoiseTable

  private static let format = "stir-model"
  private static let version = "1"

  init(network: UNet, configuration: RunConfiguration, layout: Layout, step: Int) throws {
    self.network = network
    self.configuration = configuration
    self.layout = layout
    self.step = step
    table = try configuration.process.table(for: configuration.objective.prediction)
  }

  /// Reads a model file. The network computes in what it was trained in, or in float32 where the
  /// device does not multiply bfloat16 fast.
  /// - Throws: `.missingInput`, or `.invalidData` for a file that is cut short, of another kind or
  ///   version, with weights that do not fit or are not numbers.
  public convenience init(contentsOf url: URL, device: Device = .cpu) throws {
    let file = try SafeTensors(contentsOf: url)
    let (configuration, layout, step) = try DiffusionModel.describe(file.metadata, at: url)
    let network = try UNet(configuration.network, layout: layout, task: configuration.task)
    try network.load(file.tensors, from: url.path)
    for (name, parameter) in network.namedParameters() {
      guard try parameter.tensor.sum().item().isFinite else {
        throw StirError(
          .invalidData,
          "\(url.path): the weights of \(name) are not all numbers; the training that made this "
            + "model diverged. Take an earlier checkpoint")
      }
    }
    try network.move(to: device)
    network.use(configuration.training.precision == .float32 ? .float32 : .auto)
    try self.init(network: network, configuration: configuration, layout: layout, step: step)
  }

  /// A model file's configuration, item layout and training step, without its weights.
  public static func describe(
    _ url: URL
  ) throws -> (configuration: RunConfiguration, layout: Layout, step: Int) {
    try describe(SafeTensors.metadata(of: url), at: url)
  }

  /// What ``metadata(_:_:step:format:)`` wrote into a file of `format`.
  static func describe(
    _ metadata: [String: String], at url: URL, format: String = format
  ) throws -> (configuration: RunConfiguration, layout: Layout, step: Int) {
    guard metadata["format"] == format else {
      throw StirError(
        .invalidData,
        "\(url.path) is not a \(format.replacing("-", with: " ")): its metadata has no format "
          + "\"\(format)\". A run's model is its model.safetensors, snapshots are in its ema folder"
      )
    }
    guard metadata["version"] == version else {
      throw StirError(
        .invalidData,
        "\(url.path) is a \(format.replacing("-", with: " ")) of version \(metadata["version"] ?? "unknown"), "
          + "this stir reads version \(version)")
    }
    guard let step = metadata["step"].flatMap(Int.init),
      let layout = try? metadata["layout"]?.decodedJSON(as: Layout.self),
      layout.channels > 0, (1...2).contains(layout.rank), layout.extents.allSatisfy({ $0 > 0 }),
      let tree = try? metadata["configuration"]?.decodedJSON(as: JSONValue.self)
    else {
      throw StirError(.invalidData, "\(url.path): the model's description is damaged")
    }
    do {
      return (try RunConfiguration(overriding: tree), layout, step)
    } catch let error as StirError {
      throw StirError(.invalidData, "\(url.path): \(error.message)")
    }
  }

  /// The same weights with `sampling` as the model's own.
  public func with(_ sampling: SamplingConfiguration) throws -> DiffusionModel {
    var configuration = configuration
    configuration.sampling = sampling
    return try DiffusionModel(
      network: network, configuration: configuration, layout: layout, step: step)
  }

  /// Writes the model file atomically.
  /// - Parameter dtype: of the weights in the file; bfloat16 halves it.
  public func write(to url: URL, dtype: DType = .float32) throws {
    let tensors = try network.namedParameters().map { ($0.name, try $0.parameter.tensor.to(dtype)) }
    try SafeTensors(
      tensors: Dictionary(uniqueKeysWithValues: tensors),
      metadata: DiffusionModel.metadata(configuration, layout, step: step)
    ).write(to: url)
  }

  /// The description that a file of weights carries.
  static func metadata(
    _ configuration: RunConfiguration, _ layout: Layout, step: Int, format: String = format
  ) throws -> [String: String] {
    [
      "format": format, "version": version, "step": "\(step)",
      "layout": try JSONValue(encoding: layout).text(),
      "configuration": try JSONValue(encoding: configuration).text(),
    ]
  }
}

extension String {
  /// JSON text as a `Decodable` type.
  func decodedJSON<Value: Decodable>(as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(utf8))
  }
}
