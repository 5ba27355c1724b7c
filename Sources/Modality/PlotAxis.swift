import Foundation

/// The values that an axis of a plot spans, and where its ticks stand.
struct PlotAxis: Sendable {
  /// A place on the axis that is marked; a minor one has no label.
  struct Tick: Hashable, Sendable {
    /// From 0 at the lower end to 1 at the upper.
    var position: Double
    var label: String?
  }

  let scale: LinePlot.Scale
  /// The ends in the axis' own measure: the value, or its decimal logarithm.
  private let lower: Double
  private let upper: Double

  /// An axis that shows every one of `values` that can be shown, with a little room at both ends.
  init(scale: LinePlot.Scale, showing values: some Sequence<Double>) {
    self.scale = scale
    let shown = values.compactMap { PlotAxis.measure($0, scale) }
    guard let low = shown.min(), let high = shown.max() else {
      (lower, upper) = (0, 1)
      return
    }
    let size = max(abs(low), abs(high))
    // Differences below a millionth of the values are noise that no label could tell apart.
    if high - low <= size * 1e-6 {
      let room = scale == .log ? 0.5 : (size > 0 ? size / 2 : 1)
      (lower, upper) = (low - room, high + room)
    } else {
      let room = (high - low) * 0.04
      let startsAtZero = scale == .linear && low >= 0 && low - room <= 0
      (lower, upper) = (startsAtZero ? 0 : low - room, high + room)
    }
  }

  /// Where `value` stands, 0 at the lower end and 1 at the upper; nil if it has no place.
  func position(of value: Double) -> Double? {
    PlotAxis.measure(value, scale).map { ($0 - lower) / (upper - lower) }
  }

  /// Marks at round values, about `count` of them with a label.
  func ticks(about count: Int) -> [Tick] {
    scale == .log ? logarithmicTicks(about: count) : linearTicks(from: lower, to: upper, count)
  }

  /// Steps of 1, 2 or 5 times a power of ten (Heckbert, "Nice numbers for graph labels", 1990).
  private func linearTicks(from first: Double, to last: Double, _ count: Int) -> [Tick] {
    let wanted = (last - first) / Double(max(count, 1))
    let power = Int(floor(log10(wanted)))
    let fraction = wanted / pow(10, Double(power))
    let (digit, exponent) =
      switch fraction {
      case ..<1.5: (1, power)
      case ..<3: (2, power)
      case ..<7: (5, power)
      default: (1, power + 1)
      }
    let step = Double(digit) * pow(10, Double(exponent))
    let (from, to) = (Int((first / step).rounded(.up)), Int((last / step).rounded(.down)))
    guard from <= to else { return [] }
    return (from...to).compactMap { index in
      position(of: Double(index) * step).map {
        Tick(position: $0, label: decimalText(index * digit, exponent: exponent))
      }
    }
  }

  /// Powers of ten, with 2 and 5 between them if that leaves room, and every other digit unlabelled.
  private func logarithmicTicks(about count: Int) -> [Tick] {
    let decades = upper - lower
    let labelled: Set<Int> = decades < 2 || decades * 3 <= Double(count) ? [1, 2, 5] : [1]
    let every = max(1, Int((decades / Double(max(count, 1))).rounded(.up)))
    var ticks: [Tick] = []
    for exponent in Int(floor(lower))...Int(ceil(upper)) {
      for digit in 1...9 {
        let measure = Double(exponent) + log10(Double(digit))
        guard measure >= lower, measure <= upper else { continue }
        let isLabelled = labelled.contains(digit) && exponent.isMultiple(of: every)
        guard isLabelled || every == 1 else { continue }
        ticks.append(
          Tick(
            position: (measure - lower) / (upper - lower),
            label: isLabelled ? decimalText(digit, exponent: exponent) : nil))
      }
    }
    // Within less than a decade 1, 2 and 5 may hardly be there: equal steps are.
    if decades < 1, ticks.count(where: { $0.label != nil }) < 3 {
      return linearTicks(from: pow(10, lower), to: pow(10, upper), count)
    }
    return ticks
  }

  /// Nil for what is not drawn: not finite, so large that differences overflow, or without a
  /// logarithm. What is too small for a range to be divided counts as 0.
  private static func measure(_ value: Double, _ scale: LinePlot.Scale) -> Double? {
    guard value.isFinite, abs(value) < 1e290 else { return nil }
    if scale == .log { return value > 0 ? log10(value) : nil }
    return abs(value) > 1e-290 ? value : 0
  }
}

/// `digits × 10^exponent` as short as it is readable: `0.05`, `1500`, `2e6`, `1.25e-7`.
func decimalText(_ digits: Int, exponent: Int) -> String {
  guard digits != 0 else { return "0" }
  let sign = digits < 0 ? "-" : ""
  var (text, exponent) = (String(abs(digits)), exponent)
  while text.last == "0" {
    text.removeLast()
    exponent += 1
  }
  let leading = text.count + exponent - 1  // the power of ten of the first digit
  switch leading {
  case 0...5 where exponent >= 0:
    return sign + text + String(repeating: "0", count: exponent)
  case 0...5:
    return sign + text.dropLast(-exponent) + "." + text.suffix(-exponent)
  case -4 ... -1:
    return sign + "0." + String(repeating: "0", count: -leading - 1) + text
  default:
    let rest = text.dropFirst()
    return sign + text.prefix(1) + (rest.isEmpty ? "" : "." + rest) + "e\(leading)"
  }
}
