import Foundation

// The laws of a modality, one function each.

extension ModalityCheck {
  func checkConfiguration(_ bench: CheckBench) throws {
    let modality = try kind.make(configuration)
    let settings = try kind.settings()
    let tree = try modality.configurationTree()
    let (listed, present) = (settings.map(\.key), tree.members.map(\.key))
    bench.require(
      listed == present, "keys",
      "the settings are \(listed), the configuration has \(present)")
    for setting in settings where setting.help.isEmpty {
      bench.report("no help", "\(setting.key) has no help")
    }
    bench.require(!kind.summary.isEmpty, "no summary", "the modality has no summary")
    bench.require(
      modality.identifier == kind.identifier && modality.version == kind.version, "identity",
      "a modality of \(kind.identifier) \(kind.version) says that it is "
        + "\(modality.identifier) \(modality.version)")
    bench.attempt("the modality's own configuration") {
      let again = try kind.make(tree).configurationTree()
      bench.require(again == tree, "keys", "made from its own configuration it has another one")
    }
    bench.requireFailure("the unknown key no_such_key") {
      _ = try kind.make(.object(["no_such_key": .integer(1)]))
    }
    for setting in settings {
      // An empty object is a free-form table, where anything goes.
      if case .object = setting.value { continue }
      bench.requireFailure("an object in place of \(setting.key)") {
        _ = try kind.make(.object([setting.key: .object(["a": .integer(1)])]))
      }
    }
  }

  func checkLayout(_ subject: Subject, _ bench: CheckBench, _ scratch: URL) throws {
    let (modality, layout) = (subject.modality, subject.modality.layout)
    if let fault = layout.fault { return bench.report("wrong layout", "the layout \(fault)") }
    bench.require(!modality.fileExtension.isEmpty, "no extension", "fileExtension is empty")
    for index in spreadEvenly(50, over: subject.data.count) {
      let shape = try subject.data.item(at: index, seed: 1).shape
      bench.require(
        shape == layout.shape, "wrong layout",
        "item \(index) has the shape \(shape), the layout says \(layout.shape)")
    }
    let smallest = [layout.channels] + layout.multiples
    for (name, shape) in [
      ("smallest", smallest), ("typical", layout.shape), ("largest", largest(layout)),
    ] {
      bench.attempt("the \(name) item, \(shape)") {
        let item = Self.made(shape, number: 1)
        let url = scratch.appendingPathComponent("\(name).\(modality.fileExtension)")
        try modality.write(item, to: url)
        let picture = try modality.preview(item)
        bench.require(
          (8...20_000).contains(picture.width) && (8...20_000).contains(picture.height), "picture",
          "the picture of the \(name) item has \(picture.width) × \(picture.height) pixels")
      }
    }
    bench.requireFailure("an item of one channel too many") {
      try modality.write(
        Self.made([layout.channels + 1] + layout.extents, number: 1),
        to: scratch.appendingPathComponent("channels.\(modality.fileExtension)"))
    }
  }

  /// The largest shape, but of no more than about 2¹⁸ values: a check takes seconds.
  private func largest(_ layout: Layout) -> [Int] {
    var shape = layout.shape
    for axis in 0..<layout.rank {
      let room = 262_144 / max(1, shape.reduce(1, *) / shape[axis + 1])
      let multiple = layout.multiples[axis]
      let reached = min(layout.limits[axis], room) / multiple * multiple
      shape[axis + 1] = max(shape[axis + 1], reached)
    }
    return shape
  }

  func checkValues(_ subject: Subject, _ bench: CheckBench) throws {
    let (data, conditions) = (subject.data, subject.modality.conditions)
    for index in spreadEvenly(200, over: data.count) {
      let item = try data.item(at: index, seed: 3)
      let bad = item.values.count { !$0.isFinite }
      bench.require(
        bad == 0, "not finite", "item \(index) has \(counted(bad, "value")) that are not numbers")
      let outside = item.values.count { abs($0) > 1.5 }
      bench.require(
        outside * 20 <= item.values.count, "out of range",
        "\(outside) of \(item.values.count) values of item \(index) are outside ±1.5")
      bench.require(
        item.conditions.map(\.count) == conditions.map(\.count), "wrong conditions",
        "item \(index) has conditions of \(item.conditions.map(\.count)) values, expected "
          + "\(conditions.map(\.count))")
      bench.require(
        item.conditions.allSatisfy { $0.allSatisfy(\.isFinite) }, "not finite",
        "a condition of item \(index) has values that are not numbers")
      bench.require(
        item.label.map(data.labels.indices.contains) ?? true, "wrong label",
        "item \(index) has the label \(item.label ?? -1) of \(data.labels.count)")
      bench.require(
        item.scale.map { $0.isFinite && $0 > 0 } ?? true, "wrong scale",
        "item \(index) has the scale \(item.scale ?? 0), expected more than 0")
      bench.require(!data.source(of: index).isEmpty, "no source", "item \(index) has no source")
    }
    for input in data.rejected where input.reason.isEmpty {
      bench.report("no reason", "\(input.name) is rejected without a reason")
    }
  }

  func checkRoundTrip(_ subject: Subject, _ bench: CheckBench, _ scratch: URL) throws {
    let modality = subject.modality
    for index in spreadEvenly(20, over: subject.data.count) {
      let item = try subject.data.item(at: index, seed: 5)
      let url = scratch.appendingPathComponent("round/\(index).\(modality.fileExtension)")
      try modality.write(item, to: url)
      let again = try modality.dataset(at: url)
      guard again.count == 1 else {
        bench.report(
          "round trip", "item \(index) was written as one and read as \(again.count) items")
        continue
      }
      let read = try again.item(at: 0, seed: 6)
      guard read.shape == item.shape else {
        bench.report(
          "round trip", "item \(index) of shape \(item.shape) came back as \(read.shape)")
        continue
      }
      // What is quiet beside the rest of its recording may be normalised by another factor alone.
      let factor = (item.scale ?? 1) / (read.scale ?? item.scale ?? 1)
      let worst = zip(item.values, read.values).map { abs($0 - $1 * factor) }.max() ?? 0
      bench.require(
        worst <= modality.tolerance, "round trip",
        "item \(index) came back with a difference of \(worst), the tolerance is "
          + "\(modality.tolerance)")
    }
  }

  func checkDeterminism(_ subject: Subject, _ bench: CheckBench) throws {
    let anew = try subject.modality.dataset(at: subject.url)
    bench.require(
      anew.count == subject.data.count && anew.labels == subject.data.labels, "not determined",
      "opened again, the data has \(anew.count) items in place of \(subject.data.count)")
    guard anew.count == subject.data.count else { return }
    let indices = spreadEvenly(30, over: subject.data.count)
    let first = try indices.map { try subject.data.item(at: $0, seed: 11) }
    for (position, index) in indices.enumerated().reversed() {
      for (occasion, data) in [("again", subject.data), ("from data opened anew", anew)] {
        let item = try data.item(at: index, seed: 11)
        bench.require(
          item == first[position], "not determined",
          "item \(index) differs when it is read \(occasion) with the same seed")
      }
    }
  }

  func checkConcurrency(_ subject: Subject, _ bench: CheckBench) throws {
    let indices = spreadEvenly(16, over: subject.data.count)
    let alone = try indices.map { try subject.data.item(at: $0, seed: 13) }
    let data = subject.data
    let together = try concurrentMap(16 * indices.count) {
      try data.item(at: indices[$0 % indices.count], seed: 13)
    }
    for (number, item) in together.enumerated() where item != alone[number % indices.count] {
      bench.report(
        "race",
        "item \(indices[number % indices.count]) differs when threads read beside each other")
    }
  }

  func checkFeatures(_ subject: Subject, _ bench: CheckBench) throws {
    let items = try spreadEvenly(20, over: subject.data.count).map {
      try subject.data.item(at: $0, seed: 17)
    }
    var count: Int?
    for (index, item) in items.enumerated() {
      let features = try subject.modality.features(of: item)
      bench.require(
        !features.isEmpty && features.count == count ?? features.count, "wrong features",
        "item \(index) has \(features.count) features, the first has \(count ?? 0)")
      count = count ?? features.count
      bench.require(
        features.allSatisfy(\.isFinite), "not finite",
        "features of item \(index) are not numbers")
      bench.require(
        try features == subject.modality.features(of: item), "not determined",
        "the features of item \(index) differ from one call to the next")
      let picture = try subject.modality.preview(item)
      bench.require(
        picture.width > 0 && picture.height > 0, "picture", "item \(index) has an empty picture")
    }
    for metric in try subject.modality.metrics(of: items, against: items) {
      bench.require(
        metric.value.isFinite && !metric.name.isEmpty, "not finite",
        "the metric \(metric.name) of the data against itself is \(metric.value)")
    }
  }

  func checkMemory(_ subject: Subject, _ bench: CheckBench) throws {
    let count = subject.data.count
    func read(_ reads: Int) throws {
      for number in 0..<reads { _ = try subject.data.item(at: number % count, seed: 19) }
    }
    try read(500)
    // Memory that a library keeps for later grows once; a leak grows every time.
    let growth = try (0..<4).map { _ in
      let before = residentMemory()
      try read(1_000)
      return residentMemory() - before
    }
    bench.require(
      growth.contains { $0 < 32_768 }, "leak",
      "each thousand items that are read leave \((growth.min() ?? 0) / 1_000) bytes an item behind")
  }
}
