import Foundation
import Modality

/// A file that holds images, as it was found.
struct ImageFile: Sendable {
  /// Relative to the folder.
  var path: String
  var content: Content
  /// What stands in the text file of the same name.
  var caption: String?

  enum Content: Sendable {
    /// A PNG or JPEG file, which is read again for each item.
    case image(ImageFormat, width: Int, height: Int)
    case table(IDXImages)
  }

  /// How many images it holds.
  var count: Int {
    switch content {
    case .image: 1
    case .table(let images): images.count
    }
  }
}

/// The images at a place, each decoded once to know that it can be.
struct ImageIndex: Sendable {
  /// The absolute path that the files' paths start from.
  let folder: String
  /// Those that can be used, sorted by path.
  private(set) var files: [ImageFile] = []
  /// Sorted by name.
  private(set) var rejected: [RejectedInput]

  /// Lists what is at `url` and decodes all of it, on all cores.
  ///
  /// - Parameter progress: called with how many of the files have been looked at; what it throws
  ///   ends the looking.
  /// - Throws: `StirError.Code.missingInput` if there is no image file at `url`.
  init(
    at url: URL, wantsLabels: Bool, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws {
    let listing = try FolderListing(url, extensions: ImageFormat.endings, noun: "image file")
    let (folder, entries) = (listing.folder, listing.entries)
    self.folder = folder
    rejected = listing.rejected
    var memory = IDXImages.memoryLimit
    for start in stride(from: 0, to: entries.count, by: 64) {
      let chunk = Array(entries[start..<min(start + 64, entries.count)])
      for finding in try concurrentMap(chunk.count, { Finding(chunk[$0].path, in: folder) }) {
        do {
          let file = try finding.file(wantsLabels: wantsLabels, memory: &memory)
          files.append(file)
        } catch let error as StirError {
          rejected.append(RejectedInput(name: finding.path, reason: error.message))
        }
        if let fault = finding.captionFault { rejected.append(fault) }
      }
      try progress(start + chunk.count, entries.count)
    }
    rejected.sort { $0.name < $1.name }
  }
}

/// What looking at one file found.
private struct Finding: Sendable {
  let path: String
  private(set) var captionFault: RejectedInput?
  private let location: String
  private let content: Result<ImageFile.Content?, any Error>
  private var caption: String?

  init(_ path: String, in folder: String) {
    self.path = path
    let location = folder + "/" + path
    self.location = location
    content = Result {
      guard !path.hasSuffix("contact-sheet.png") else {
        throw StirError(
          .invalidData,
          "shows many images, as stir writes it beside those it makes; rename it if it is one")
      }
      let head = try InputFile(location).bytes(at: 0, upTo: 32)
      guard try ImageFormat(head: head, name: path) != .idx else { return nil }
      let (format, raster) = try ImageFormat.decode(path: location)
      return .image(format, width: raster.width, height: raster.height)
    }
    guard case .success(.some) = content else { return }
    let text = URL(fileURLWithPath: location).deletingPathExtension().appendingPathExtension("txt")
    do { caption = try readCaption(text.path) } catch {
      let name = (path as NSString).deletingPathExtension + ".txt"
      let reason = (error as? StirError)?.message ?? error.localizedDescription
      captionFault = RejectedInput(name: name, reason: reason)
    }
  }

  /// - Parameter memory: the bytes that IDX files may still take; lowered by what this one does.
  /// - Throws: the reason why the file cannot be used.
  func file(wantsLabels: Bool, memory: inout Int) throws -> ImageFile {
    if let content = try content.get() {
      return ImageFile(path: path, content: content, caption: caption)
    }
    let images = try IDXImages(path: location, wantsLabels: wantsLabels, limit: memory)
    memory -= images.byteCount
    return ImageFile(path: path, content: .table(images))
  }
}

/// The trimmed text of the file at `path`; nil if there is none or it is empty.
/// - Throws: `StirError.Code.invalidData` for what is no text of up to 64 kB.
private func readCaption(_ path: String) throws -> String? {
  guard FileManager.default.fileExists(atPath: path) else { return nil }
  let bytes = try InputFile(path).readAll(atMost: 65_536)
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw StirError(.invalidData, "is no UTF-8 text, as a caption should be")
  }
  let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
  return trimmed.isEmpty ? nil : trimmed
}
