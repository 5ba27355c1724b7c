import Foundation
import Modality

/// Images on disk, or in the memory that an IDX file was read into.
struct ImageDataSet: DataSet {
  private let configuration: ImageConfiguration
  private let folder: String
  private let files: [ImageFile]
  /// The index of each file's first item, and then the number of items.
  private let firstItems: [Int]
  private let classes: ClassNames
  /// The values of IDX labels, sorted; empty if classes are those of `classes`.
  private let labelValues: [UInt8]
  let rejected: [RejectedInput]

  /// - Throws: `StirError.Code.invalidData` if no file can be used.
  init(_ index: ImageIndex, configuration: ImageConfiguration) throws {
    guard !index.files.isEmpty else {
      throw index.rejected.nothingUsable("image file", in: index.folder)
    }
    self.configuration = configuration
    (folder, files, rejected) = (index.folder, index.files, index.rejected)
    firstItems = index.files.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    classes = ClassNames(
      configuration.labels, paths: index.files.map(\.path), folder: index.folder)
    let values = index.files.reduce(into: Set<UInt8>()) { $0.formUnion($1.labels ?? []) }
    labelValues = values.count > 1 ? values.sorted() : []
  }

  var count: Int { firstItems[files.count] }

  var labels: [String] { labelValues.isEmpty ? classes.names : labelValues.map { "\($0)" } }

  /// The file; of an IDX file `train-images-idx3-ubyte#123`, for each of its images is a source.
  func source(of index: Int) -> String {
    let (file, part) = locate(index)
    if case .table = files[file].content { return "\(files[file].path)#\(part)" }
    return files[file].path
  }

  /// - Throws: `StirError.Code.missingInput` or `.invalidData` for a file that has changed since
  ///   it was looked at.
  func item(at index: Int, seed: UInt64) throws -> Item {
    let (number, part) = locate(index)
    let file = files[number]
    var values = try raster(of: file, part).values(fittedTo: configuration)
    var random = SplitMix64(seed: seed, UInt64(index))
    if configuration.flip, random.next() >> 63 == 1 { values.mirrorRows(of: configuration.width) }
    return Item(
      shape: [configuration.channels, configuration.height, configuration.width], values: values,
      label: label(of: index), caption: file.caption)
  }

  private func raster(of file: ImageFile, _ part: Int) throws -> Raster {
    switch file.content {
    case .table(let images): return images.raster(part)
    case .image:
      let path = folder + "/" + file.path
      do { return try ImageFormat.decode(path: path).raster } catch let error as StirError {
        throw error.located(path)
      }
    }
  }

  /// The index in `labels` of the class of the item at `index`, if it has one.
  func label(of index: Int) -> Int? {
    let (file, part) = locate(index)
    guard !labelValues.isEmpty else { return classes.label(of: file) }
    return files[file].labels.flatMap { labelValues.firstIndex(of: $0[part]) }
  }

  /// The file that item `index` is of, by binary search, and which of its images it is.
  private func locate(_ index: Int) -> (file: Int, part: Int) {
    precondition((0..<count).contains(index), "there is no item \(index) among \(count)")
    var (low, high) = (0, files.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if firstItems[middle] <= index { low = middle } else { high = middle }
    }
    return (low, index - firstItems[low])
  }
}

extension ImageFile {
  /// Those of an IDX file, where it has any.
  fileprivate var labels: [UInt8]? {
    if case .table(let images) = content { return images.labels }
    return nil
  }
}

extension [Float] {
  /// Turns every row of `width` values around.
  fileprivate mutating func mirrorRows(of width: Int) {
    for start in stride(from: 0, to: count, by: width) {
      self[start..<(start + width)].reverse()
    }
  }
}
