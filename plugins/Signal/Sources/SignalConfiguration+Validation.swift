import Modality

extension SignalConfiguration {
  /// The channels of an item.
  var channelCount: Int { channels > 0 ? channels : max(1, columns.count) }

  /// The samples from the start of one window to that of the next.
  var hopLength: Int { hop > 0 ? hop : length }

  /// What is read from a file for each sample and has a mean and a scale: channels, then condition
  /// columns.
  var valueCount: Int { channelCount + conditionColumns.count }

  /// - Throws: `StirError.Code.configuration` naming the first key whose value is not admitted.
  func validate() throws {
    func require(_ holds: Bool, _ key: String, _ expected: String, _ found: Any) throws {
      guard !holds else { return }
      throw StirError(.configuration, "\(key): expected \(expected), found \(found)")
    }
    try require(
      (0...1e9).contains(samplingRate), "sampling_rate", "0 to 1000000000 Hz", samplingRate)
    try require((1...(1 << 28)).contains(length), "length", "1 to 268435456 samples", length)
    try require((0...(1 << 40)).contains(hop), "hop", "0 to 2⁴⁰ samples", hop)
    try require((0...1024).contains(channels), "channels", "0 to 1024", channels)
    try require(columns.count <= 1024, "columns", "up to 1024 columns", columns.count)
    try require(
      channels == 0 || columns.isEmpty || channels == columns.count, "channels",
      "0 or \(columns.count), the number of columns", channels)
    try require(
      conditionColumns.count <= 1024, "condition_columns", "up to 1024 columns",
      conditionColumns.count)
    try validateNames(require)
    try require((0...(1 << 28)).contains(maxGap), "max_gap", "0 to 268435456 samples", maxGap)
    try validateNormalization(require)
    try require(
      (1...65_536).contains(rawChannels), "raw_channels", "1 to 65536", rawChannels)
  }

  private func validateNames(
    _ require: (Bool, String, String, Any) throws -> Void
  ) throws {
    let names = columns + conditionColumns
    for (index, name) in names.enumerated() {
      let key = index < columns.count ? "columns" : "condition_columns"
      try require(!names[..<index].contains(name), key, "each column once", "\(name) twice")
      try require(name.isUsable, key, "names that are not empty, and numbers from 0", "\"\(name)\"")
      try require(
        events.isEmpty || name.description != events, key, "other names than that of events", name)
    }
    let numbers = conditionColumns.compactMap(\.number)
    try require(
      !columns.isEmpty || numbers.allSatisfy { $0 <= valueCount }, "condition_columns",
      "numbers up to \(valueCount) where columns is empty", numbers.max() ?? 0)
    try require(
      !events.contains("/") && !events.contains("\""), "events",
      "the end of a file's name, such as beats", "\"\(events)\"")
  }

  private func validateNormalization(
    _ require: (Bool, String, String, Any) throws -> Void
  ) throws {
    try require(factor.isFinite && factor != 0, "factor", "a number other than 0", factor)
    try require(
      mean.isEmpty || mean.count == valueCount, "mean",
      "\(counted(valueCount, "number")), one for each channel and condition column", mean.count)
    try require(
      scale.count == mean.count, "scale", "as many numbers as mean, \(mean.count)", scale.count)
    try require(mean.allSatisfy(\.isFinite), "mean", "finite numbers", mean)
    try require(scale.allSatisfy { $0 > 0 && $0.isFinite }, "scale", "positive numbers", scale)
  }
}
