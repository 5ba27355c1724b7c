import Core
import Foundation
import Image
import Modality
import TestSupport
import Testing

/// From images to new images: real processes, real pictures.
@Suite struct ImageRunTests {
  private static let fashion = root.appendingPathComponent("samples/images/fashion")

  /// `stir train` of a tiny model on 28×28 grey images.
  private func train(_ data: URL, out: URL, _ settings: String...) throws -> Stir {
    let all =
      [
        "data.width=28", "data.height=28", "data.channels=1", "network.width=8",
        "network.channel_multipliers=[1, 2]", "network.down_factors=[2]",
        "network.blocks_per_level=1", "network.attention_levels=[1]", "network.dilations=[1]",
        "training.train_batch_size=4", "training.lr_warmup_steps=2", "training.sample_every=2",
        "sampling.num_inference_steps=3",
      ] + settings
    return try Stir.run(
      ["train", data.path, "--modality", "image", "--out", out.path, "--steps", "4"]
        + all.flatMap { ["--set", $0] })
  }

  private func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  /// Width and height in the header of a PNG file.
  private func size(_ url: URL) throws -> [Int] {
    let bytes = try Data(contentsOf: url)
    return [16, 20].map { at in bytes[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) } }
  }

  @Test func imagesBecomeAModelAndAModelImages() throws {
    let folder = try TemporaryFolder()
    let training = try train(Self.fashion, out: folder["run"])
    #expect(training.status == 0, "\(training.errors)")
    // A sample of a run is its own picture: one file, of the item's size.
    #expect(
      try names(folder["run/samples"]) == ["step-0000002.png", "step-0000004.png"])
    #expect(try size(folder["run/samples/step-0000004.png"]) == [28, 28])

    let model = folder["run/model.safetensors"].path
    func generate(_ name: String, count: Int) throws -> [Data] {
      let made = try Stir.run(
        "generate", model, "--count", "\(count)", "--seed", "5", "--out", folder[name].path)
      #expect(made.status == 0, "\(made.errors)")
      return try (0..<count).map {
        try Data(contentsOf: folder["\(name)/\(String(format: "%04d", $0)).png"])
      }
    }
    let many = try generate("many", count: 9)
    #expect(Set(many).count == 9)
    #expect(try generate("one", count: 1) == [many[0]])
    #expect(try generate("four", count: 4) == Array(many[..<4]))
    #expect(try size(folder["many/0008.png"]) == [28, 28])
    // 3 × 3 pictures of 8 × 28 pixels, with gaps of 8.
    #expect(try size(folder["many/contact-sheet.png"]) == [3 * 232 + 8, 3 * 232 + 8])
    #expect(try names(folder["four"]).count == 5)

    // The sheet is not taken for a tenth image.
    let again = try Stir.run("inspect", folder["many"].path, "--modality", "image", "--json")
    let tree = try JSONDecoder().decode(JSONValue.self, from: Data(again.output.utf8))
    #expect(tree["images"] == .integer(9), "\(again.output)\(again.errors)")
    #expect(again.output.contains("contact-sheet.png"))
  }

  /// White in a picture stays, bit for bit; so do columns. An image has the model's size.
  @Test func imagesAreFilledIn() throws {
    let folder = try TemporaryFolder()
    #expect(try train(Self.fashion, out: folder["run"]).status == 0)
    let model = folder["run/model.safetensors"].path
    let images = try ImageModality(width: 28, height: 28, channels: 1)
    func image(_ name: String, _ value: (_ row: Int, _ column: Int) -> Float) throws -> Item {
      let values = (0..<784).map { value($0 / 28, $0 % 28) }
      try images.write(Item(shape: [1, 28, 28], values: values), to: folder[name])
      return try images.wholeItem(at: folder[name])
    }
    let original = try image("original.png") { Float($0 - $1) / 28 }
    let mask = try image("mask.png") { row, column in row < 10 || column > 20 ? 1 : -1 }
    for (keep, isKept) in [
      (folder["mask.png"].path, { mask.values[$0] > 0 }),
      ("3-7,20-", { (3..<7).contains($0 % 28) || $0 % 28 >= 20 }),
    ] as [(String, (Int) -> Bool)] {
      let out = folder["out-\(keep.count)"]
      let run = try Stir.run(
        "generate", model, "--init", folder["original.png"].path, "--mask", keep, "--count", "1",
        "--out", out.path)
      #expect(run.status == 0, "\(run.errors)")
      let made = try images.wholeItem(at: out.appendingPathComponent("0000.png"))
      let kept = (0..<784).filter(isKept)
      #expect(kept.allSatisfy { made.values[$0] == original.values[$0] })
      let new = (0..<784).filter { !isKept($0) }
      #expect(new.filter { made.values[$0] != original.values[$0] }.count > new.count * 9 / 10)
    }
    let longer = try Stir.run(
      "generate", model, "--length", "56", "--out", folder["longer"].path)
    #expect(longer.status == 64 && longer.errors.contains("a length of 28"), "\(longer.errors)")
  }

  @Test func photographsTrainInColour() throws {
    let folder = try TemporaryFolder()
    let photographs = root.appendingPathComponent("samples/images/sign-digits")
    let run = try train(photographs, out: folder["run"], "data.channels=3", "data.flip=true")
    #expect(run.status == 0, "\(run.errors)")
  }

  /// Nothing of a name that would be written is overwritten: not the sheet, not a picture.
  @Test func aContactSheetThatIsThereStays() throws {
    let folder = try TemporaryFolder()
    #expect(try train(Self.fashion, out: folder["run"]).status == 0)
    try makeFolder(folder["out"])
    try Data("mine".utf8).write(to: folder["out/contact-sheet.png"])
    let run = try Stir.run(
      "generate", folder["run/model.safetensors"].path, "--out", folder["out"].path)
    #expect(run.status == 73)
    #expect(run.errors.contains("contact-sheet.png is there already"), "\(run.errors)")
    #expect(try names(folder["out"]) == ["contact-sheet.png"])
    #expect(try String(contentsOf: folder["out/contact-sheet.png"], encoding: .utf8) == "mine")
  }

  @Test(arguments: [
    ("empty.png", Data()), ("text.png", Data("this is no image".utf8)),
    ("images-idx3-ubyte", Data([0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 9, 0, 0, 0, 9, 1])),
  ])
  func badImagesAreSentences(name: String, bytes: Data) throws {
    let folder = try TemporaryFolder()
    try makeFolder(folder["data"])
    try bytes.write(to: folder["data"].appendingPathComponent(name))
    let run = try train(folder["data"], out: folder["run"])
    #expect(run.status == 65)
    #expect(run.errors.contains(name), "\(run.errors)")
    #expect(!run.errors.contains("Fatal error"))
  }
}
