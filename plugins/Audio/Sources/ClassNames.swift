/// The class of each file, read off its folder or its name.
struct ClassNames: Sendable {
  /// Sorted; empty if files do not differ in class.
  let names: [String]
  /// Of each file, or -1.
  private let indices: [Int32]

  init(_ source: AudioConfiguration.LabelSource, files: [AudioFile], folder: String) {
    let found = files.map { name(of: $0.path, in: folder, source) }
    let distinct = Set(found.compactMap { $0 }).sorted()
    names = distinct.count > 1 ? distinct : []
    let numbers = Dictionary(uniqueKeysWithValues: zip(names, Int32(0)...))
    indices = found.map { $0.flatMap { numbers[$0] } ?? -1 }
  }

  /// The index in `names` of a file's class, if it has one.
  func label(of file: Int) -> Int? { indices[file] < 0 ? nil : Int(indices[file]) }
}

private func name(
  of path: String, in folder: String, _ source: AudioConfiguration.LabelSource
) -> String? {
  let parts = path.split(separator: "/")
  switch source {
  case .none: return nil
  case .folder:
    let parent = parts.dropLast().last ?? folder.split(separator: "/").last
    return parent.map(String.init)
  case .name:
    guard let file = parts.last, let mark = file.firstIndex(of: "_") else { return nil }
    return String(file[..<mark])
  }
}
