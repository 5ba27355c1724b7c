import Foundation
import TestSupport
import Testing

@testable import Core

private enum Prediction: String, NamedChoice {
  case epsilon, sample
  case velocity = "v_prediction"
}

@Suite("NamedChoice") struct NamedChoiceTests {
  @Test("Every choice is found by its name", arguments: Prediction.allCases)
  fileprivate func named(_ choice: Prediction) throws {
    #expect(try Prediction(named: choice.rawValue) == choice)
    let coded = try JSONEncoder().encode([choice])
    #expect(try JSONDecoder().decode([Prediction].self, from: coded) == [choice])
  }

  @Test(
    "An unknown name lists the admitted ones and the nearest",
    arguments: [
      ("epsilom", "; did you mean epsilon?"), ("Sample", "; did you mean sample?"),
      ("velocity_of_light", ""),
    ])
  func unknown(_ name: String, _ hint: String) throws {
    let error = try expectError(.configuration) { _ = try Prediction(named: name) }
    #expect(error.message == "\"\(name)\" is not one of epsilon, sample, v_prediction\(hint)")
  }

  @Test("Decoding an unknown name is a StirError that says where")
  func decoding() throws {
    let error = try expectError(.configuration) {
      _ = try JSONDecoder().decode([String: Prediction].self, from: Data(#"{"p":"eps"}"#.utf8))
    }
    #expect(error.message.hasPrefix("p: \"eps\" is not one of"), "\(error)")
  }
}

@Suite("Suggestions") struct SuggestionTests {
  @Test(
    "The edit distance counts insertions, deletions and substitutions",
    arguments: [
      ("", "", 0), ("", "abc", 3), ("abc", "", 3), ("same", "same", 0), ("kitten", "sitting", 3),
      ("flaw", "lawn", 2), ("ab", "ba", 2), ("Straße", "Strasse", 2),
    ])
  func distance(_ a: String, _ b: String, _ expected: Int) {
    #expect(editDistance(a, b) == expected)
    #expect(editDistance(b, a) == expected)
  }

  @Test("Distances satisfy the triangle inequality")
  func triangle() {
    var random = SplitMix64(seed: 5)
    func word() -> String { String((0..<6).map { _ in "abc".randomElement(using: &random)! }) }
    for _ in 0..<500 {
      let (a, b, c) = (word(), word(), word())
      #expect(editDistance(a, c) <= editDistance(a, b) + editDistance(b, c))
      #expect((editDistance(a, b) == 0) == (a == b))
    }
  }

  @Test("Among equally near names the first in the alphabet is suggested")
  func ties() {
    #expect(suggestion(for: "cat", among: ["hat", "bat"]) == "; did you mean bat?")
  }

  @Test("Nothing is suggested for what is like no name", arguments: [[], ["sample_rate"]])
  func none(_ candidates: [String]) {
    #expect(suggestion(for: "qqqqq", among: candidates) == "")
  }
}
