@_exported import CStirPlugin
@_exported import Modality

/// The table of a plugin that a Swift type implements. The whole of a plugin's entry is
///
///     @c(stir_plugin_entry)
///     public func entry() -> UnsafePointer<stir_plugin> { exportedPlugin(PianoRoll.self) }
///
/// The table is never freed: it is valid as long as the process lives, as `stir_plugin.h` asks.
public func exportedPlugin<M: ConfigurableModality>(_ type: M.Type) -> UnsafePointer<stir_plugin> {
  let table = UnsafeMutablePointer<stir_plugin>.allocate(capacity: 1)
  table.initialize(
    to: stir_plugin(
      magic: STIR_PLUGIN_MAGIC, struct_size: UInt32(MemoryLayout<stir_plugin>.size),
      abi_major: STIR_ABI_MAJOR, abi_minor: STIR_ABI_MINOR,
      identifier: permanentText(M.identifier), version: permanentText(M.version),
      context: Unmanaged.passRetained(Box(ModalityKind(M.self))).toOpaque(),
      describe: { plugin, json, error in
        answering(error) { try json.give(PluginDescription(kind(of: plugin))) }
      },
      open_modality: { plugin, settings, count, modality, error in
        answering(error) {
          let kind = try kind(of: plugin)
          let tree = try configuration(settings, count, defaults: kind.settings())
          modality?.pointee = try retained(Box<any DataModality>(kind.make(tree)))
        }
      },
      describe_modality: { modality, json, error in
        answering(error) { try json.give(ModalityDescription(modality.held())) }
      },
      close_modality: { release($0, (any DataModality).self) },
      open_data: { modality, path, progress, data, error in
        answering(error) {
          let modality: any DataModality = try modality.held()
          let opened = try modality.dataset(at: url(path), progress: reporting(to: progress))
          data?.pointee = retained(Box<any DataSet>(opened))
        }
      },
      describe_data: { data, json, error in
        answering(error) { try json.give(DataDescription(data.held())) }
      },
      source: { data, index, name, error in
        answering(error) {
          let data: any DataSet = try data.held()
          name.give(text: data.source(of: Int(index)))
        }
      },
      read_item: { data, index, seed, item, error in
        answering(error) {
          let data: any DataSet = try data.held()
          try item?.pointee.fill(with: data.item(at: Int(index), seed: seed))
        }
      },
      close_data: { release($0, (any DataSet).self) },
      write: { modality, item, path, error in
        answering(error) {
          let modality: any DataModality = try modality.held()
          try modality.write(Item(item, of: modality), to: url(path))
        }
      },
      fit: { modality, data, json, error in
        answering(error) {
          let modality: any DataModality = try modality.held()
          try json.give(modality.fitted(to: data.held()).configurationTree())
        }
      },
      preview: { modality, item, picture, error in
        answering(error) {
          let modality: any DataModality = try modality.held()
          picture?.pointee.give(try modality.preview(Item(item, of: modality)))
        }
      },
      features: { modality, item, features, error in
        answering(error) {
          let modality: any DataModality = try modality.held()
          features?.pointee.give(try modality.features(of: Item(item, of: modality)))
        }
      },
      measure: { modality, made, madeCount, real, realCount, json, error in
        answering(error) {
          let modality: any DataModality = try modality.held()
          func items(_ first: UnsafePointer<stir_item>?, _ count: Int) throws -> [Item] {
            try (0..<count).map { try Item(first?.advanced(by: $0), of: modality) }
          }
          try json.give(
            modality.metrics(of: items(made, madeCount), against: items(real, realCount)))
        }
      },
      inspect: { modality, path, progress, json, error in
        answering(error) {
          let modality: any DataModality = try modality.held()
          let report = try modality.inspect(at: url(path), progress: reporting(to: progress))
          try json.give(InspectionDescription(report))
        }
      }))
  return UnsafePointer(table)
}
