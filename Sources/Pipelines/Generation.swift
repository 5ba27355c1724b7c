import Core
import Foundation
import Modality
import Networks
import Tensors
import Training

/// From a model file to new files.
public struct Generation {
  public let model: DiffusionModel
  public let modality: any DataModality
  public let console: Console
  public let interruption: Interruption

  public init(
    model url: URL, registry: ModalityRegistry, device: Device, precision: Precision?,
    console: Console, interruption: Interruption
  ) throws {
    model = try DiffusionModel(contentsOf: url, device: device)
    if let precision { model.network.use(precision) }
    let configuration = model.configuration
    guard configuration.task == .generate else {
      throw StirError(
        .configuration, "\(url.path) takes noise away and makes nothing new; use stir denoise")
    }
    modality = try registry.modality(of: configuration)
    guard modality.layout.shape == model.layout.shape else {
      throw StirError(
        .invalidData,
        "\(url.path) makes items of \(model.layout.shape), its configuration says "
          + "\(modality.layout.shape): the file is damaged")
    }
    self.console = console
    self.interruption = interruption
  }

  /// Writes `count` new items with their pictures into `folder`, as `0000.wav`, `0000.png`, …, and
  /// `contact-sheet.png`, which shows the first 64.
  ///
  /// - Parameters:
  ///   - labels: the names of the classes that they have by turns; none when empty.
  ///   - edit: what they are made from, and how long they are.
  /// - Returns: the files of the items.
  /// - Throws: what `edit` cannot be followed for; `.configuration` for a class that the model does
  ///   not know; `.unwritableOutput` when a file of that name is there already; ``Interrupted``.
  public func generate(
    count: Int, settings: [String] = [], labels: [String] = [], edit: EditRequest = EditRequest(),
    seed: UInt64, into folder: URL
  ) throws -> [URL] {
    let labels = try labels.map(model.configuration.conditioning.label)
    let sampling = try Recipe.load(nil, settings: settings, over: model.configuration).sampling
    let files = (0..<count).map {
      folder.appendingPathComponent(String(format: "%04d", $0))
        .appendingPathExtension(modality.fileExtension)
    }
    let sheet = folder.appendingPathComponent("contact-sheet.png")
    let names = Set(files + files.map(modality.pictureURL(besideItem:)) + [sheet])
    for file in names.sorted(by: { $0.path < $1.path })
    where FileManager.default.fileExists(atPath: file.path) {
      throw StirError(
        .unwritableOutput, "\(file.path) is there already; give --out another folder")
    }
    let edit = try edit.prepared(for: modality, device: model.network.device)
    try makeFolder(folder)
    var pictures: [Picture] = []
    var pace = Pace()
    pace.mark(0)
    try model.sample(
      count: count, sampling: sampling,
      of: SampleRequest(shape: edit.shape, edit: edit.edit, labels: labels), seed: seed
    ) { done, total in
      pace.mark(done)
      console.progress(
        "sampling: \(done)/\(total) evaluations  "
          + pace.text(unit: "evaluations", remaining: total - done))
      try interruption.check()
    } each: { number, item in
      var item = item
      item.scale = edit.scale
      let picture = try modality.writeWithPicture(item, to: files[number])
      if number < 64 { pictures.append(picture.reduced(toAtMost: 320)) }
    }
    if !pictures.isEmpty {
      let columns = Int(Double(pictures.count).squareRoot().rounded(.up))
      try Picture.contactSheet(pictures, columns: columns).writePNG(to: sheet)
    }
    console.closeLine()
    return files
  }
}
