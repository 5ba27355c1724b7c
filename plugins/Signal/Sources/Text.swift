import Foundation

/// A number for people: up to six digits, without zeros that say nothing.
func decimal(_ value: Double) -> String { String(format: "%.6g", value) }

/// A time for people: `0.42 s`, `3:07 min`, `2:15:00 h`.
func duration(_ seconds: Double) -> String {
  guard seconds >= 60, seconds < 1e15 else { return decimal(seconds) + " s" }
  let whole = Int(seconds.rounded())
  let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
  return hours > 0
    ? String(format: "%d:%02d:%02d h", hours, minutes, rest)
    : String(format: "%d:%02d min", minutes, rest)
}
