import Modality
import TestSupport
import Testing

/// The function that checks a modality's laws: silent on one in order, and naming each fault.
@Suite struct ModalityCheckTests {
  private func findings(_ fault: Floats.Fault, _ law: ModalityLaw) -> [ModalityFinding] {
    checkModality(
      ModalityKind(Floats.self), configuration: .object(["fault": .string(fault.rawValue)]),
      laws: [law])
  }

  // Memory is measured of the whole process, so that law has tests with a process of its own.
  @Test(arguments: ModalityLaw.allCases.filter { $0 != .memory })
  func aModalityInOrderHasNoFinding(law: ModalityLaw) {
    #expect(findings(.none, law) == [])
  }

  @Test(arguments: [
    (Floats.Fault.values, ModalityLaw.values, "not finite"), (.condition, .values, "not finite"),
    (.label, .values, "wrong label"), (.lossy, .roundTrip, "round trip"),
    (.manyItems, .roundTrip, "invalid data"), (.unseeded, .determinism, "not determined"),
    (.unseeded, .concurrency, "race"), (.features, .features, "not finite"),
    (.shape, .layout, "wrong layout"), (.admits, .layout, "not refused"),
    (.takesEmpty, .malformedInput, "not refused"),
  ])
  func theFaultIsNamed(fault: Floats.Fault, law: ModalityLaw, name: String) {
    let findings = findings(fault, law)
    #expect(findings.contains { $0.fault == name && $0.law == law.rawValue }, "\(findings)")
  }

  @Test func configurationsOwnKeysAreChecked() {
    let settings = [ModalityKind.Setting(key: "length", value: .integer(4), help: "")]
    let kind = ModalityKind(
      identifier: "other", version: "3", summary: "", origin: "here", settings: { settings },
      make: { _ in try Floats(configuration: Floats.Settings()) })
    let faults = Set(checkModality(kind, laws: [.configuration]).map(\.fault))
    #expect(faults == ["keys", "no help", "no summary", "identity", "not refused"])
  }
}
