import Modality

extension Picture {
  /// Where pixels differ from `background`, as rows of `#` and `.`.
  func drawing(on background: Color = .white) -> [String] {
    (0..<height).map { y in
      String((0..<width).map { x in self[x, y] == background ? "." as Character : "#" })
    }
  }

  /// How many pixels have `color`.
  func count(of color: Color) -> Int {
    (0..<height).map { y in (0..<width).count { self[$0, y] == color } }.reduce(0, +)
  }
}
