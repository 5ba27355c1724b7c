import Modality

extension SampleTable {
  /// The table in a `.npy`.
  static func npy(_ file: InputFile, _ configuration: SignalConfiguration) throws -> SampleTable {
    let header = try NumPyHeader(try file.bytes(at: 0, upTo: NumPyHeader.maximumSize))
    return try header.table(
      at: 0, available: file.size, order: configuration.arrayOrder, factor: configuration.factor)
  }

  /// The table in a `.npz`: read in place if the array is only stored, else unfolded to `spool`.
  static func npz(
    _ file: InputFile, _ configuration: SignalConfiguration, spool: () throws -> Spool
  ) throws -> SampleTable {
    let archive = try ZipArchive(file)
    let member = try chosenMember(of: archive, named: configuration.member)
    let header = try NumPyHeader(
      try archive.start(of: member, upTo: NumPyHeader.maximumSize))
    var table = try header.table(
      at: 0, available: member.size, order: configuration.arrayOrder, factor: configuration.factor)
    if !member.isDeflated {
      let data = try archive.data(of: member)
      guard member.size <= data.count else { throw malformed("is cut short in \(member.name)") }
      table.offset += data.lowerBound
      return table
    }
    guard member.size <= 1 << 30 else {
      throw malformed(
        "would unfold to \(member.size) bytes, more than 1 GiB; save it uncompressed, as a .npy")
    }
    let spool = try spool()
    let before = spool.size
    do {
      table.offset += try archive.unfold(member, to: spool)
    } catch {
      spool.rewind(to: before)
      throw error
    }
    table.place = .spool(spool)
    return table
  }
}

private func chosenMember(of archive: ZipArchive, named name: String) throws -> ZipArchive.Member {
  let arrays = archive.members.filter { $0.name.hasSuffix(".npy") }
  let names = arrays.map { String($0.name.dropLast(4)) }
  if name.isEmpty {
    guard arrays.count != 1 else { return arrays[0] }
    throw malformed(
      arrays.isEmpty
        ? "holds no arrays"
        : "holds the arrays \(names.prefix(10).joined(separator: ", ")); choose one with member")
  }
  guard let index = names.firstIndex(of: name) else {
    throw malformed(
      "holds no array \"\(name)\", only \(names.prefix(10).joined(separator: ", "))"
        + suggestion(for: name, among: names))
  }
  return arrays[index]
}
