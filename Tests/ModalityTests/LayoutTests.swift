import Foundation
import Modality
import TestSupport
import Testing

@Suite struct LayoutTests {
  private let open = Layout(channels: 2, extents: [32], multiples: [8], limits: [64])

  @Test func multiplesUpToTheLimitAreAdmitted() throws {
    for extent in [8, 32, 64] { #expect(open.admits([2, extent])) }
    for shape in [[2, 0], [2, 12], [2, 72], [1, 32], [2, 32, 1], [2]] {
      #expect(!open.admits(shape), "\(shape)")
      try expectError(.invalidData, containing: "multiple of 8 up to 64", "\(shape)") {
        try open.requireAdmitted(shape)
      }
    }
    let fixed = Layout(channels: 1, extents: [28, 20])
    #expect(
      fixed.admits([1, 28, 20]) && !fixed.admits([1, 20, 28]) && !fixed.admits([1, 56, 20]))
  }

  @Test func faultsAreSentences() {
    #expect(open.fault == nil)
    func fault(_ change: (inout Layout) -> Void) -> String {
      var layout = open
      change(&layout)
      return layout.fault ?? ""
    }
    #expect(fault { $0.extents = [] }.contains("0 axes"))
    #expect(fault { $0.extents = [8, 8, 8] }.contains("3 axes"))
    #expect(fault { $0.limits = [] }.contains("0 limits"))
    #expect(fault { $0.channels = 0 }.contains("positive"))
    #expect(fault { $0.multiples = [0] }.contains("positive"))
    #expect(fault { $0.extents = [72] }.contains("its own extents"))
    #expect(fault { $0.limits = [1 << 60] }.contains("more than 2⁴⁰"))
    #expect(fault { ($0.extents, $0.limits) = ([1 << 31], [1 << 31]) }.contains("more than 2³⁰"))
    for shape in [[], [0], [4, -1], [1 << 40, 1 << 40]] {
      #expect(Condition(name: "mel", shape: shape).fault?.contains("mel has the shape") == true)
    }
    #expect(Condition(name: "mel", shape: [80, 32]).fault == nil)
  }

  @Test func extentsAloneAreFixed() throws {
    let text = Data(#"{"channels": 1, "extents": [28, 20]}"#.utf8)
    let layout = try JSONDecoder().decode(Layout.self, from: text)
    #expect(layout == Layout(channels: 1, extents: [28, 20]))
    let again = try JSONDecoder().decode(Layout.self, from: JSONEncoder().encode(open))
    #expect(again == open)
  }
}
