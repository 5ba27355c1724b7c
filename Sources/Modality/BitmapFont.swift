extension Picture {
  /// The height of a capital in pixels, at `scale` 1; `g`, `p`, `q`, `y` reach 2 pixels lower.
  public static let textHeight = 7

  /// The width of `text` in pixels: 5 a character, and 1 between two, each `scale` times.
  public static func textWidth(_ text: String, scale: Int = 1) -> Int {
    max(0, text.count * 6 - 1) * scale
  }

  /// Writes `text` from left to right in letters of 5×7 pixels, (`x`, `y`) being the top left.
  ///
  /// Printable ASCII has letters; any other character is a box. What lies outside is ignored.
  ///
  /// - Parameter scale: the side of the square that each pixel of a letter becomes, at least 1.
  public mutating func drawText(_ text: String, x: Int, y: Int, color: Color, scale: Int = 1) {
    precondition(scale >= 1, "letters are drawn at a scale of 1 or more")
    forEachInkedPixel(of: text) { column, row in
      fill(x: x, y: y, offset: (column * scale, row * scale), side: scale, color: color)
    }
  }

  /// Writes `text` from bottom to top, as beside a vertical axis; (`x`, `y`) is the top left of
  /// the ``textHeight`` columns and ``textWidth(_:scale:)`` rows that it covers.
  public mutating func drawVerticalText(
    _ text: String, x: Int, y: Int, color: Color, scale: Int = 1
  ) {
    precondition(scale >= 1, "letters are drawn at a scale of 1 or more")
    let bottom = Picture.textWidth(text) - 1
    forEachInkedPixel(of: text) { column, row in
      let offset = (row * scale, (bottom - column) * scale)
      fill(x: x, y: y, offset: offset, side: scale, color: color)
    }
  }

  private mutating func fill(x: Int, y: Int, offset: (Int, Int), side: Int, color: Color) {
    let (left, pastRight) = x.addingReportingOverflow(offset.0)
    let (top, pastBottom) = y.addingReportingOverflow(offset.1)
    guard !pastRight, !pastBottom else { return }
    fill(x: left, y: top, width: side, height: side, color: color)
  }
}

/// Calls `body` with the column and row of every pixel of `text` that carries ink.
private func forEachInkedPixel(of text: String, _ body: (Int, Int) -> Void) {
  for (index, character) in text.enumerated() {
    let drop = "gpqy".contains(character) ? 2 : 0
    for (row, digit) in glyph(of: character).enumerated() {
      let bits = rowBits(digit)
      for column in 0..<5 where bits & (16 >> column) != 0 { body(index * 6 + column, row + drop) }
    }
  }
}

/// Seven base-32 digits (0–9, A–V), one for each row from the top; a digit's five bits are the
/// row's pixels from the left.
private func glyph(of character: Character) -> Substring.UTF8View {
  guard let code = character.asciiValue, (32...126).contains(code) else {
    return Substring("VHHHHHV").utf8
  }
  let start = glyphs.utf8.index(glyphs.utf8.startIndex, offsetBy: Int(code - 32) * 8)
  return glyphs.utf8[start...].prefix(7)
}

private func rowBits(_ digit: UInt8) -> Int {
  Int(digit) - (digit < UInt8(ascii: "A") ? 48 : 55)
}

/// The glyphs of U+0020 … U+007E, each of seven digits and a separator.
private let glyphs = """
  0000000 4444404 AAA0000 AAVAVAA 4FKE5U4 OP248J3 CIK8LID 4480000 2488842 8422248 04LEL40 044V440 \
  0000C48 000V000 00000CC 01248G0 EHJLPHE 4C4444E EH168GV EH161HE 26AIV22 VGU11HE 68GUHHE V124888 \
  EHHEHHE EHHF12C 0CC0CC0 0CC0C48 248G842 00V0V00 8421248 EH12404 EHNLNGE EHHVHHH UHHUHHU EHGGGHE \
  UHHHHHU VGGUGGV VGGUGGG EHGNHHE HHHVHHH E44444E 72222IC HIKOKIH GGGGGGV HRLLHHH HHPLJHH EHHHHHE \
  UHHUGGG EHHHLID UHHUKIH FGGE11U V444444 HHHHHHE HHHHHA4 HHHLLRH HHA4AHH HHA4444 V1248GV E88888E \
  0G84210 E22222E 4AH0000 000000V 8420000 00E1FHF GGMPHHU 00EGGHE 11DJHHF 00EHVGE 698S888 FHHHF1E \
  GGMPHHH 40C444E 20622IC GGIKOKI C44444E 00QLLHH 00MPHHH 00EHHHE UHHHUGG FHHHF11 00MPGGG 00EGE1U \
  88S8896 00HHHJD 00HHHA4 00HHLLA 00HA4AH HHHHF1E 00V248V 2448442 4444444 8442448 008L200
  """
