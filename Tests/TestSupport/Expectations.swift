import Core
import Testing

/// |found − expected| ≤ atol + rtol·|expected|, with both values in the message of a failure.
public func expectClose(
  _ found: Double, _ expected: Double, rtol: Double = 0, atol: Double = 0, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(
    abs(found - expected) <= atol + rtol * abs(expected),
    "\(what) found \(found), expected \(expected)", sourceLocation: sourceLocation)
}

/// The same of whole vectors; a failure names the worst element.
public func expectClose(
  _ found: [Double], _ expected: [Double], rtol: Double = 0, atol: Double = 0, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.count == expected.count, "\(what)", sourceLocation: sourceLocation)
  let excess = zip(found, expected).map { abs($0 - $1) - atol - rtol * abs($1) }
  // NaN is over every tolerance.
  let worst = excess.indices.max { (excess[$1].isNaN ? .infinity : excess[$1]) > excess[$0] }
  guard let worst else { return }
  expectClose(
    found[worst], expected[worst], rtol: rtol, atol: atol, "\(what)[\(worst)]",
    sourceLocation: sourceLocation)
}

/// The error of `body`, which must be a `StirError` of `code` that says each of `parts` and that a
/// person can read: no address, no stack, no C++.
@discardableResult
public func expectError(
  _ code: StirError.Code, containing parts: String...,
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) throws -> StirError {
  let error = try #require(
    throws: StirError.self, sourceLocation: sourceLocation, performing: body)
  #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
  #expect(!error.message.isEmpty, sourceLocation: sourceLocation)
  for part in parts where !part.isEmpty {
    #expect(error.message.contains(part), "\(error)", sourceLocation: sourceLocation)
  }
  for trace in ["Exception raised from", "frame #", ".so", "0x", "c10::"] {
    #expect(!error.message.contains(trace), "\(error)", sourceLocation: sourceLocation)
  }
  return error
}

/// The code and message of the `StirError` that `body` throws; none if it throws none.
public func failure(_ body: () throws -> Void) -> (code: StirError.Code?, message: String) {
  do {
    try body()
    return (nil, "")
  } catch let error as StirError {
    return (error.code, error.message)
  } catch {
    return (nil, "another error: \(error)")
  }
}
