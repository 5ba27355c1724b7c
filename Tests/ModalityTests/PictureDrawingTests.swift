import Modality
import Testing

private let red = Picture.Color(255, 0, 0)

@Suite("Drawing") struct PictureDrawingTests {
  @Test(
    "A line is one pixel in each column or row, from end to end",
    arguments: [
      ((0, 0), (6, 0), ["#######", ".......", "......."]),
      ((6, 2), (0, 2), [".......", ".......", "#######"]),
      ((3, 0), (3, 2), ["...#...", "...#...", "...#..."]),
      ((0, 0), (2, 2), ["#......", ".#.....", "..#...."]),
      ((0, 2), (6, 0), [".....##", "..###..", "##....."]),
      ((5, 1), (5, 1), [".......", ".....#.", "......."]),
    ])
  func line(_ start: (Int, Int), _ end: (Int, Int), _ expected: [String]) {
    var picture = Picture(width: 7, height: 3)
    picture.drawLine(from: start, to: end, color: red)
    #expect(picture.drawing() == expected)
    #expect(picture[end.0, end.1] == red)
  }

  @Test("Every line passes within half a pixel of the ideal one")
  func lineAccuracy() {
    for dx in -9...9 {
      for dy in -9...9 where max(abs(dx), abs(dy)) > 0 {
        var picture = Picture(width: 19, height: 19)
        picture.drawLine(from: (9, 9), to: (9 + dx, 9 + dy), color: red)
        #expect(picture.count(of: red) == max(abs(dx), abs(dy)) + 1)
        for y in 0..<19 {
          for x in 0..<19 where picture[x, y] == red {
            // The distance along the minor axis, times the length along the major one.
            let deviation = abs((x - 9) * dy - (y - 9) * dx)
            #expect(2 * deviation <= max(abs(dx), abs(dy)))
          }
        }
      }
    }
  }

  @Test("A line that comes from outside shows the pixels that it would show in a larger picture")
  func clippedLine() {
    for (start, end) in [((-7, -3), (15, 9)), ((3, -8), (5, 20)), ((14, 4), (-6, 1))] {
      var small = Picture(width: 8, height: 6)
      small.drawLine(from: start, to: end, color: red)
      var large = Picture(width: 40, height: 40)
      large.drawLine(
        from: (start.0 + 12, start.1 + 12), to: (end.0 + 12, end.1 + 12), color: red)
      for y in 0..<6 {
        for x in 0..<8 { #expect(small[x, y] == large[x + 12, y + 12]) }
      }
    }
  }

  @Test(
    "A filled rectangle is cut at the edges",
    arguments: [
      (1, 0, 2, 2, [".##..", ".##..", "....."]), (-3, -1, 5, 3, ["##...", "##...", "....."]),
      (3, 2, 9, 9, [".....", ".....", "...##"]), (2, 1, 0, 5, [".....", ".....", "....."]),
      (2, 1, -1, 5, [".....", ".....", "....."]),
      (.min, .min, .max, .max, [".....", ".....", "....."]),
      (-1, -1, .max, .max, ["#####", "#####", "#####"]), (9, 9, 2, 2, [".....", ".....", "....."]),
    ])
  func fill(_ x: Int, _ y: Int, _ width: Int, _ height: Int, _ expected: [String]) {
    var picture = Picture(width: 5, height: 3)
    picture.fill(x: x, y: y, width: width, height: height, color: red)
    #expect(picture.drawing() == expected)
  }

  @Test("Nothing drawn outside the raster crashes or leaves a pixel")
  func outside() {
    var picture = Picture(width: 5, height: 3)
    let blank = picture
    let far = 1 << 29
    for (x, y) in [(-1, -1), (5, 0), (0, 3), (.min, .min), (.max, .max), (0, .max), (.min, 0)] {
      picture[x, y] = red
      picture.fill(x: x, y: y, width: -1, height: 1, color: red)
      picture.drawText("gy", x: x, y: y == 0 ? 9 : y, color: .white)
      picture.drawVerticalText("gy", x: x == 0 ? 9 : x, y: y, color: .white)
      picture.draw(Picture(width: 2, height: 2, background: .white), x: x, y: y)
    }
    picture.drawLine(from: (-far, -far), to: (far, -far), color: red)
    picture.drawLine(from: (-far, 1), to: (-1, -far), color: red)
    picture.drawLine(from: (5, far), to: (far, 0), color: red)
    #expect(picture == blank)
    picture.drawLine(from: (-far, -far), to: (far, far), color: red)
    #expect(picture.drawing() == ["#....", ".#...", "..#.."])
  }

  @Test("A picture copied onto another is cut at its edges")
  func draw() {
    var stamp = Picture(width: 3, height: 2, background: red)
    stamp[0, 0] = .black
    var picture = Picture(width: 4, height: 3)
    picture.draw(stamp, x: 2, y: 2)
    #expect(picture[2, 2] == .black && picture[3, 2] == red)
    #expect(picture.drawing() == ["....", "....", "..##"])
    picture.draw(stamp, x: -2, y: -1)
    #expect(picture.drawing() == ["#...", "....", "..##"] && picture[0, 0] == red)
  }
}

@Suite("Contact sheets") struct ContactSheetTests {
  @Test("Pictures stand row by row in cells that fit the largest")
  func layout() {
    let colors = (0..<5).map { Picture.Color(UInt8($0), 10, 10) }
    var pictures = colors.map { Picture(width: 3, height: 2, background: $0) }
    pictures[3] = Picture(width: 4, height: 5, background: colors[3])
    let sheet = Picture.contactSheet(pictures, columns: 2, gap: 1)
    #expect(sheet.width == 1 + 2 * (4 + 1) && sheet.height == 1 + 3 * (5 + 1))
    for (index, corner) in [(1, 1), (6, 1), (1, 7), (6, 7), (1, 13)].enumerated() {
      #expect(sheet[corner.0, corner.1] == colors[index])
      #expect(sheet.count(of: colors[index]) == pictures[index].width * pictures[index].height)
    }
    #expect(sheet[6, 13] == .white)
  }

  @Test("A row is no wider than its pictures")
  func fewPictures() {
    let sheet = Picture.contactSheet([Picture(width: 3, height: 2)], columns: 9, gap: 8)
    #expect(sheet.width == 19 && sheet.height == 18)
  }
}

@Suite("Sizes") struct PictureSizeTests {
  @Test("A reduced picture has the mean of each square, cut at the edges")
  func reduced() {
    var picture = Picture(width: 5, height: 3, background: .black)
    for (x, value) in [10, 20, 30, 40, 50].enumerated() {
      for y in 0..<3 { picture[x, y] = Picture.Color(UInt8(value + y), 0, 255) }
    }
    let small = picture.reduced(toAtMost: 3)
    #expect(small.width == 3 && small.height == 2)
    // 15.5 is 16; the last row and column are means of what there is.
    #expect((0..<3).map { small[$0, 0].red } == [16, 36, 51])
    #expect((0..<3).map { small[$0, 1].red } == [17, 37, 52])
    #expect(small[2, 1].blue == 255 && small[2, 1].green == 0)
  }

  @Test("A picture that fits stays as it is, a larger one is at most as large", arguments: 1...40)
  func atMost(side: Int) {
    let picture = Picture(width: 37, height: 11, background: red)
    let small = picture.reduced(toAtMost: side)
    #expect(max(small.width, small.height) <= side)
    #expect(side < 37 || small == picture)
    #expect(small.count(of: red) == small.width * small.height)
  }

  @Test("An enlarged picture has squares of its pixels")
  func enlarged() {
    var picture = Picture(width: 3, height: 2, background: .black)
    picture[2, 1] = red
    let large = picture.enlarged(toAtLeast: 5)
    #expect(large.width == 9 && large.height == 6)
    #expect(large.count(of: red) == 9 && large[6, 3] == red)
    #expect(large.enlarged(toAtLeast: 6) == large)
  }
}

@Suite("Text") struct BitmapFontTests {
  @Test("A character is 5 wide, with 1 between two", arguments: [("", 0), ("a", 5), ("abc", 17)])
  func width(_ text: String, _ expected: Int) {
    #expect(Picture.textWidth(text) == expected)
    #expect(Picture.textWidth(text, scale: 3) == 3 * expected)
  }

  @Test("Letters have their pixels")
  func pixels() {
    var picture = Picture(width: 13, height: 9)
    picture.drawText("Eg", x: 1, y: 0, color: .black)
    #expect(
      picture.drawing() == [
        ".#####.......",
        ".#...........",
        ".#......####.",
        ".####..#...#.",
        ".#.....#...#.",
        ".#.....#...#.",
        ".#####..####.",
        "...........#.",
        "........###..",
      ])
  }

  @Test("Text at scale 2 is text whose pixels are squares of 2")
  func scale() {
    var (small, large) = (Picture(width: 20, height: 9), Picture(width: 40, height: 18))
    small.drawText("a%y", x: 1, y: 0, color: .black)
    large.drawText("a%y", x: 2, y: 0, color: .black, scale: 2)
    for y in 0..<18 {
      for x in 0..<40 { #expect(large[x, y] == small[x / 2, y / 2]) }
    }
  }

  @Test("Vertical text is the same text, turned to the left")
  func vertical() {
    var (flat, upright) = (Picture(width: 17, height: 9), Picture(width: 9, height: 17))
    flat.drawText("Fig", x: 0, y: 0, color: .black)
    upright.drawVerticalText("Fig", x: 0, y: 0, color: .black)
    for y in 0..<9 {
      for x in 0..<17 { #expect(upright[y, 16 - x] == flat[x, y]) }
    }
  }

  @Test("Every printable character has its own shape; any other is a box")
  func shapes() {
    func shape(_ text: String) -> [String] {
      var picture = Picture(width: 5, height: 9)
      picture.drawText(text, x: 0, y: 0, color: .black)
      return picture.drawing()
    }
    let printable = (32...126).map { String(Character(Unicode.Scalar(UInt8($0)))) }
    #expect(Set((printable + ["é"]).map(shape)).count == 96)
    #expect(shape(" ").allSatisfy { !$0.contains("#") })
    #expect(shape("é") == shape("🥁") && shape("é") == shape("\n"))
    #expect(shape("é")[0] == "#####" && shape("é")[1] == "#...#")
  }

  @Test("Text that leaves the picture is cut")
  func cut() {
    var (whole, part) = (Picture(width: 23, height: 9), Picture(width: 8, height: 4))
    whole.drawText("stir", x: 0, y: 0, color: .black)
    part.drawText("stir", x: -9, y: -3, color: .black)
    for y in 0..<4 {
      for x in 0..<8 { #expect(part[x, y] == whole[x + 9, y + 3]) }
    }
  }
}

@Suite("Colours") struct ColorTests {
  @Test(
    "magma goes through matplotlib's colours",
    arguments: [
      (0, Picture.Color(0, 0, 4)), (4.0 / 9, .init(0x9E, 0x2F, 0x7F)), (1, .init(0xFC, 0xFD, 0xBF)),
      (-3, .init(0, 0, 4)), (.infinity, .init(0xFC, 0xFD, 0xBF)), (.nan, .init(0, 0, 4)),
    ])
  func magma(_ t: Double, _ expected: Picture.Color) {
    #expect(Picture.Color.magma(t) == expected)
  }

  @Test("magma gets lighter all the way")
  func lightness() {
    let lightness = (0...100).map { step -> Double in
      let color = Picture.Color.magma(Double(step) / 100)
      return 0.2126 * Double(color.red) + 0.7152 * Double(color.green) + 0.0722 * Double(color.blue)
    }
    #expect(zip(lightness, lightness.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("Mixing takes a share of each component")
  func mixed() {
    #expect(Picture.Color.black.mixed(with: Picture.Color(10, 20, 255), 0.5) == .init(5, 10, 128))
    #expect(Picture.Color.black.mixed(with: .white, 7) == .white)
  }
}
