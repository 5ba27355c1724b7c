import Foundation
import Modality
import TestSupport
import Testing

@Suite struct FolderListingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ names: String..., in folder: TemporaryFolder? = nil) throws {
    for name in names {
      let url = (folder ?? self.folder)[name]
      try makeFolder(url.deletingLastPathComponent())
      try Data("x".utf8).write(to: url)
    }
  }

  private func listing(_ name: String = "") throws -> FolderListing {
    try FolderListing(
      name.isEmpty ? folder.url : folder[name], extensions: ["csv", "csv.gz"], noun: "table")
  }

  @Test func hiddenAndOtherFilesArePassedOver() throws {
    try write(
      "b/2.csv", "a.CSV", ".hidden.csv", ".git/x.csv", "b/._2.csv", "b/c/3.csv.gz", "csv", "4.gz")
    let listing = try listing()
    #expect(listing.entries.map(\.path) == ["a.CSV", "b/2.csv", "b/c/3.csv.gz"])
    #expect(listing.rejected.isEmpty)
    #expect(listing.otherFiles == 2)
  }

  @Test func anEndingAfterAHyphenNeedsNoDot() throws {
    try write(
      "train-images-idx3-ubyte", "images-idx3-ubyte.gz", "x.csv", "my-csv", "-idx3-ubyte.txt")
    let listing = try FolderListing(
      folder.url, extensions: ["csv", "-idx3-ubyte", "-idx3-ubyte.gz"], noun: "table")
    #expect(
      listing.entries.map(\.path) == ["images-idx3-ubyte.gz", "train-images-idx3-ubyte", "x.csv"])
    #expect(listing.otherFiles == 2)
  }

  @Test func aFileThatIsNamedNeedsNoExtension() throws {
    try write("recording")
    #expect(try listing("recording").entries.map(\.path) == ["recording"])
  }

  @Test func nothingOfTheKindIsMissingInput() throws {
    try write("notes.txt")
    try expectError(.missingInput, containing: "no tables", "1 other file", "csv.gz") {
      _ = try listing()
    }
    try expectError(.missingInput, containing: "nowhere") { _ = try listing("nowhere") }
  }

  @Test func loopsOfLinksEnd() throws {
    try write("a/1.csv", "other/2.csv")
    let files = FileManager.default
    try files.createSymbolicLink(at: folder["a/up"], withDestinationURL: folder.url)
    try files.createSymbolicLink(at: folder["a/self"], withDestinationURL: folder["a"])
    try files.createSymbolicLink(
      atPath: folder["ring.csv"].path, withDestinationPath: folder["ring.csv"].path)
    try files.createSymbolicLink(at: folder["gone.csv"], withDestinationURL: folder["nowhere"])
    let elsewhere = try TemporaryFolder()
    try write("3.csv", in: elsewhere)
    try files.createSymbolicLink(at: folder["linked"], withDestinationURL: elsewhere.url)
    let listing = try listing()
    #expect(listing.entries.map(\.path) == ["a/1.csv", "linked/3.csv", "other/2.csv"])
    #expect(listing.rejected.map(\.name) == ["gone.csv", "ring.csv"])
  }
}
