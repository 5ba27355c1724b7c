import Foundation

/// What a modality promises; each law is tested by ``ModalityCheck``.
public enum ModalityLaw: String, NamedChoice {
  /// Defaults are admitted, every key has its help, unknown keys and wrong types are refused.
  case configuration
  /// Items are read in the layout's shape and written in its smallest, typical and largest.
  case layout
  /// Values, conditions and labels are finite and in range.
  case values
  /// An item that is written and read again comes back within the stated tolerance.
  case roundTrip = "round-trip"
  /// An item follows from its index and the seed alone.
  case determinism
  /// Many threads read the same items as one.
  case concurrency
  /// Empty, cut, random and missing input is an error or is rejected by name.
  case malformedInput = "malformed-input"
  /// Pictures have pixels; features are finite and as many for each item.
  case features
  /// Reading a thousand items leaves no memory behind.
  case memory
}

/// A law that a modality breaks, and how.
public struct ModalityFinding: Codable, Hashable, Sendable {
  /// The law, such as `round-trip`.
  public var law: String
  /// The kind of fault in a word or two, such as `not finite`, `buffer overrun`, `crash`.
  public var fault: String
  /// What was expected, what was found, where.
  public var sentence: String

  public init(law: String, fault: String, _ sentence: String) {
    self.law = law
    self.fault = fault
    self.sentence = sentence
  }

  /// What an error says of a law, after `place` if there is one.
  public init(law: String, _ error: any Error, at place: String = "") {
    let failure = error as? StirError
    let sentence = failure?.description ?? "\(error)"
    self.init(
      law: law, fault: failure?.code.name ?? "error",
      place.isEmpty ? sentence : "\(place): \(sentence)")
  }
}

/// Checks every law of a modality.
///
/// The function for whoever writes one: call it in a test and expect no finding.
///
/// - Parameters:
///   - kind: such as `ModalityKind(MyModality.self)`.
///   - configuration: laid over the defaults.
///   - data: a file or folder of real data; without it the modality reads what it wrote itself.
public func checkModality(
  _ kind: ModalityKind, configuration: JSONValue = .object([:]), data: URL? = nil,
  laws: [ModalityLaw] = ModalityLaw.allCases
) -> [ModalityFinding] {
  laws.flatMap { law in
    ModalityCheck(kind, configuration: configuration, data: data).findings(of: law)
  }
}

/// One modality under test.
public struct ModalityCheck: Sendable {
  let kind: ModalityKind
  let configuration: JSONValue
  let givenData: URL?

  /// - Parameters: as those of ``checkModality(_:configuration:data:laws:)``.
  public init(
    _ kind: ModalityKind, configuration: JSONValue = .object([:]), data: URL? = nil
  ) {
    self.kind = kind
    self.configuration = configuration
    givenData = data
  }

  /// How the modality breaks `law`; empty if it does not.
  public func findings(of law: ModalityLaw) -> [ModalityFinding] {
    let bench = CheckBench(law)
    bench.attempt("the check") {
      try withTemporaryFolder { scratch in
        switch law {
        case .configuration: try checkConfiguration(bench)
        case .layout: try checkLayout(subject(in: scratch), bench, scratch)
        case .values: try checkValues(subject(in: scratch), bench)
        case .roundTrip: try checkRoundTrip(subject(in: scratch), bench, scratch)
        case .determinism: try checkDeterminism(subject(in: scratch), bench)
        case .concurrency: try checkConcurrency(subject(in: scratch), bench)
        case .malformedInput: try checkMalformedInput(bench, scratch)
        case .features: try checkFeatures(subject(in: scratch), bench)
        case .memory: try checkMemory(subject(in: scratch), bench)
        }
      }
    }
    return bench.findings
  }

  /// A modality that is fitted to its data.
  public struct Subject {
    public var modality: any DataModality
    public var data: any DataSet
    public var url: URL
  }

  /// The modality under test with its data.
  /// - Parameter scratch: a folder for the files that it writes itself if no data is given.
  public func subject(in scratch: URL) throws -> Subject {
    let modality = try kind.make(configuration)
    let url = try givenData ?? writtenData(modality, in: scratch)
    let data = try modality.dataset(at: url)
    return Subject(modality: try modality.fitted(to: data), data: data, url: url)
  }

  /// A folder of files that the modality writes itself: sums of sines, each its own.
  func writtenData(_ modality: any DataModality, in scratch: URL) throws -> URL {
    let folder = scratch.appendingPathComponent("data")
    for number in 0..<6 {
      let item = Self.made(modality.layout.shape, number: number)
      try modality.write(
        item, to: folder.appendingPathComponent("\(number).\(modality.fileExtension)"))
    }
    return folder
  }

  /// An item of `shape` with values in ±0.8.
  static func made(_ shape: [Int], number: Int) -> Item {
    var random = SplitMix64(seed: 7, UInt64(number))
    let tones = (0..<3).map { _ in (random.uniform() * 0.4 + 0.02, random.uniform() * 6) }
    let values = (0..<shape.reduce(1, *)).map { position in
      let wave = tones.reduce(0) { $0 + sin($1.0 * Double(position) + $1.1) }
      return Float(0.22 * wave + 0.14 * (random.uniform() * 2 - 1))
    }
    return Item(shape: shape, values: values)
  }
}

/// Gathers what a check finds.
final class CheckBench {
  let law: ModalityLaw
  private(set) var findings: [ModalityFinding] = []

  init(_ law: ModalityLaw) { self.law = law }

  func report(_ fault: String, _ sentence: String) {
    report(ModalityFinding(law: law.rawValue, fault: fault, sentence))
  }

  private func report(_ finding: ModalityFinding) {
    // The first few show what is wrong; a thousand of one kind show no more.
    if findings.count < 10 { findings.append(finding) }
  }

  func require(_ holds: Bool, _ fault: String, _ sentence: @autoclosure () -> String) {
    if !holds { report(fault, sentence()) }
  }

  /// Runs `body`; what it throws is a finding.
  func attempt(_ what: String, _ body: () throws -> Void) {
    do { try body() } catch { report(ModalityFinding(law: law.rawValue, error, at: what)) }
  }

  /// Runs `body`, which must throw a `StirError` with a message.
  func requireFailure(_ what: String, _ body: () throws -> Void) {
    do {
      try body()
      report("not refused", "\(what) was taken without an error")
    } catch let error as StirError {
      require(!error.message.isEmpty, "no reason", "\(what) was refused without a sentence")
    } catch {
      report("error", "\(what) ended in \(error), expected a StirError")
    }
  }
}
