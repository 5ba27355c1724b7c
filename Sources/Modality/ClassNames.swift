/// Where class names come from.
public enum LabelSource: String, NamedChoice {
  /// The name of the folder that a file stands in.
  case folder
  /// What stands before the first `_` in a file's name: `7_jackson_12.wav` is a `7`.
  case name
  case none
}

/// The class of each file, read off its folder or its name.
public struct ClassNames: Sendable {
  /// Sorted; empty if files do not differ in class.
  public let names: [String]
  /// Of each file, or -1.
  private let indices: [Int32]

  /// - Parameters:
  ///   - paths: of the files, relative to `folder`.
  ///   - folder: the absolute path of the folder that was listed.
  public init(_ source: LabelSource, paths: some Sequence<String>, folder: String) {
    let found = paths.map { name(of: $0, in: folder, source) }
    let distinct = Set(found.compactMap { $0 }).sorted()
    names = distinct.count > 1 ? distinct : []
    let numbers = Dictionary(uniqueKeysWithValues: zip(names, Int32(0)...))
    indices = found.map { $0.flatMap { numbers[$0] } ?? -1 }
  }

  /// The index in `names` of the class of the file at `file` of the paths, if it has one.
  public func label(of file: Int) -> Int? { indices[file] < 0 ? nil : Int(indices[file]) }
}

private func name(
  of path: String, in folder: String, _ source: LabelSource
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
