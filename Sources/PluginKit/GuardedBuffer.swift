import Foundation
import Modality

/// Memory lent to a plugin, with marks before and after it that tell whether the plugin kept to it.
final class GuardedBuffer<Element: BitwiseCopyable> {
  private static var margin: Int { 64 }
  private let start: UnsafeMutableRawPointer
  private let byteCount: Int
  let count: Int

  /// - Parameter count: how many elements there is room for.
  init(count: Int, filledWith value: Element) {
    self.count = count
    byteCount = count * MemoryLayout<Element>.stride
    start = .allocate(byteCount: byteCount + 2 * Self.margin, alignment: 64)
    for at in marks { start.storeBytes(of: Self.mark(at), toByteOffset: at, as: UInt8.self) }
    elements.initialize(repeating: value, count: count)
  }

  /// A buffer that holds `values`.
  convenience init(holding values: [Element]) where Element: Numeric {
    self.init(count: values.count, filledWith: 0)
    elements.update(from: values, count: values.count)
  }

  deinit { start.deallocate() }

  /// The room itself.
  var elements: UnsafeMutablePointer<Element> {
    (start + Self.margin).assumingMemoryBound(to: Element.self)
  }

  /// - Parameter count: how many elements; all unless given.
  func array(_ count: Int? = nil) -> [Element] {
    Array(UnsafeBufferPointer(start: elements, count: min(count ?? self.count, self.count)))
  }

  /// - Parameters:
  ///   - function: that was lent the memory, for the message.
  ///   - what: what the memory is for.
  /// - Throws: `StirError.Code.bufferOverrun` if a mark has changed.
  func requireIntact(_ what: String, after function: String) throws {
    guard
      let at = marks.first(where: {
        start.load(fromByteOffset: $0, as: UInt8.self) != Self.mark($0)
      })
    else { return }
    let side = at < Self.margin ? "before the start" : "past the end"
    throw StirError(
      .bufferOverrun, "\(function) wrote \(side) of its buffer for \(counted(count, what))")
  }

  private var marks: some Sequence<Int> {
    let end = Self.margin + byteCount
    return [0..<Self.margin, end..<(end + Self.margin)].joined()
  }

  /// Differs from byte to byte, so that a run of one value shows.
  private static func mark(_ offset: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: offset &* 181 &+ 77)
  }
}
