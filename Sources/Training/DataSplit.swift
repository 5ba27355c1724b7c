import Core
import Modality

/// Which items are trained on and which are held out, decided by their sources' names.
///
/// All items of one source fall on one side. The choice depends on the seed and the set of names,
/// not on the order in which the items stand.
public struct DataSplit: Sendable {
  public let training: [Int]
  public let heldOut: [Int]

  /// - Throws: `StirError.Code.configuration` when holding out leaves nothing to train on.
  public init(_ data: any DataSet, heldOutFraction: Double, seed: UInt64) throws {
    let sources = (0..<data.count).map(data.source)
    let ranked = Set(sources).map { (rank: hash($0, seed: seed), name: $0) }
      .sorted { ($0.rank, $0.name) < ($1.rank, $1.name) }
    let wanted = heldOutFraction > 0 ? max(1, Int(Double(ranked.count) * heldOutFraction)) : 0
    guard wanted < ranked.count else {
      throw StirError(
        .configuration,
        "held_out_fraction \(heldOutFraction) of \(ranked.count) file\(ranked.count == 1 ? "" : "s") "
          + "leaves nothing to train on; set training.held_out_fraction to 0 or add recordings")
    }
    let out = Set(ranked.prefix(wanted).map(\.name))
    training = sources.indices.filter { !out.contains(sources[$0]) }
    heldOut = sources.indices.filter { out.contains(sources[$0]) }
  }

  /// A text that changes when items or sources are added, removed or renamed.
  static func fingerprint(of data: any DataSet) -> String {
    let total = (0..<data.count).reduce(UInt64(data.count)) {
      $0 &* 31 &+ hash(data.source(of: $1), seed: 0)
    }
    return "\(data.count) items, \(String(total, radix: 16))"
  }
}

/// FNV-1a of the name, then mixed with the seed.
private func hash(_ name: String, seed: UInt64) -> UInt64 {
  let folded = name.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) {
    ($0 ^ UInt64($1)) &* 0x100_0000_01B3
  }
  var generator = SplitMix64(seed: seed, folded)
  return generator.next()
}
