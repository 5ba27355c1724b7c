import Foundation
import Modality
import PluginKit
import Training

extension ModalityRegistry {
  /// The kinds that come with stir, the plugins in `folders`, and those on the search path.
  ///
  /// No library is loaded before one of its modalities is made. A plugin on the search path that
  /// cannot be used, or whose name is taken, is passed over; `stir plugins list` says why.
  ///
  /// - Parameter folders: each with a plugin's `plugin.json`.
  /// - Throws: `StirError` for a folder that holds no plugin of this version, or one whose name is
  ///   that of a kind that comes with stir or of another folder's plugin.
  public static func withPlugins(in folders: [URL]) throws -> ModalityRegistry {
    let named = try folders.map { folder in
      let kind = try FoundPlugin(folder: folder).kind()
      guard !builtIn.identifiers.contains(kind.identifier) else {
        throw StirError(
          .configuration,
          "\(folder.path): its identifier \(kind.identifier) is that of a kind of data that comes "
            + "with stir")
      }
      return kind
    }
    for (number, kind) in named.enumerated() {
      if let other = named[..<number].first(where: { $0.identifier == kind.identifier }) {
        throw StirError(
          .configuration, "\(other.origin) and \(kind.origin) are both called \(kind.identifier)")
      }
    }
    let found = PluginSearch.found().compactMap { try? $0.kind() }
    return ModalityRegistry(named + builtIn.kinds + found)
  }
}

extension ModalityRegistry {
  /// The modality that a run or a model is of.
  /// - Throws: `StirError.Code.configuration` for one that is not here, `.wrongVersion` for one that
  ///   encodes data in another way than the model was trained with.
  public func modality(of configuration: RunConfiguration) throws -> any DataModality {
    let modality = try make(configuration.modality, configuration: configuration.data)
    let trained = configuration.modalityVersion
    guard trained.isEmpty || trained == modality.version else {
      throw StirError(
        .wrongVersion,
        "the model was trained with version \(trained) of \(modality.identifier), here is version "
          + "\(modality.version), which turns files into other arrays; use that version, or train "
          + "again")
    }
    return modality
  }
}
