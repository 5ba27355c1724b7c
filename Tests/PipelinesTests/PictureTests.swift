import Core
import Foundation
import Modality
import TestSupport
import Testing

@testable import Pipelines

@Suite struct PictureTests {
  /// The header of the PNG specification: signature, IHDR, width, height, 8 bits, RGB.
  @Test func pngHasThePicturesSize() throws {
    let folder = try TemporaryFolder()
    var picture = Picture(width: 300, height: 7)
    picture.fill(x: 0, y: 0, width: 10, height: 3, color: .black)
    try picture.writePNG(to: folder["p.png"])
    let bytes = try Data(contentsOf: folder["p.png"])
    #expect(Array(bytes.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10])
    #expect(Array(bytes[12..<26]) == Array("IHDR".utf8) + [0, 0, 1, 44, 0, 0, 0, 7, 8, 2])
  }

  @Test func pictureThatCannotBeWrittenIsNamed() throws {
    let error = #expect(throws: StirError.self) {
      try Picture(width: 1, height: 1).writePNG(to: URL(fileURLWithPath: "/dev/null/p.png"))
    }
    #expect(error?.code == .unwritableOutput)
    #expect(error?.message.contains("/dev/null") == true)
  }
}
