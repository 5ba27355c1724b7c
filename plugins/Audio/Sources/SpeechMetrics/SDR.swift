/// The signal-to-distortion ratio in dB of BSS Eval for one source: what of the estimate is the
/// clean signal through some filter of 512 taps, over all the rest of it.
///
/// Vincent, Gribonval and Févotte, "Performance measurement in blind audio source separation", 2006,
/// with the time-invariant filters of equation 15; as `bss_eval_sources` of mir_eval,
/// `signal_distortion_ratio` of torchmetrics and, for a single window, museval (version 4) have it.
///
/// The filter c solves the normal equations R·c = d: R is the Toeplitz matrix of the clean signal's
/// autocorrelation, d its correlation with the estimate. By Parseval's theorem energies are summed
/// over frequencies, where the filter is a product.
///
/// - Returns: nil where the ratio is 0 or infinite, see ``decibels(_:over:)``.
func distortionRatio(clean: [Double], estimate: [Double], taps: Int = 512) -> Double? {
  var count = 1
  while count < clean.count + taps - 1 { count *= 2 }
  let transform = FourierTransform(count: count)
  func spectrum(_ samples: [Double]) -> FourierTransform.Values {
    var values = FourierTransform.Values(samples, count: count)
    transform(&values)
    return values
  }
  let (s, e) = (spectrum(clean), spectrum(estimate))
  // The forward transform inverts these spectra too, as only real parts of real signals are read.
  let autocorrelation = spectrum(s.powers).real.prefix(taps).map { $0 / Double(count) }
  guard autocorrelation[0] > 0 else { return nil }
  var cross = s
  for k in 0..<count {
    cross.real[k] = s.real[k] * e.real[k] + s.imaginary[k] * e.imaginary[k]
    cross.imaginary[k] = s.imaginary[k] * e.real[k] - s.real[k] * e.imaginary[k]
  }
  transform(&cross)
  let correlation = cross.real.prefix(taps).map { $0 / Double(count) }

  let c = spectrum(toeplitzSolution(autocorrelation, correlation))
  var (target, distortion) = (0.0, 0.0)
  for k in 0..<count {
    let real = c.real[k] * s.real[k] - c.imaginary[k] * s.imaginary[k]
    let imaginary = c.real[k] * s.imaginary[k] + c.imaginary[k] * s.real[k]
    let (realRest, imaginaryRest) = (e.real[k] - real, e.imaginary[k] - imaginary)
    target += real * real + imaginary * imaginary
    distortion += realRest * realRest + imaginaryRest * imaginaryRest
  }
  return decibels(target, over: distortion)
}

/// x of R·x = `values` with Rᵢⱼ = `row`[|i − j|], positive definite, by Levinson's recursion (Golub
/// and Van Loan, *Matrix Computations*, 4th edition, algorithm 4.7.2).
///
/// Where rounding has used up the rest of the matrix, what remains of x is 0.
func toeplitzSolution(_ row: [Double], _ values: [Double]) -> [Double] {
  // `predictor` solves R·a = (error, 0, …, 0), and so backwards R·a = (0, …, 0, error).
  var predictor = [Double](repeating: 0, count: row.count)
  var solution = predictor
  predictor[0] = 1
  var error = row[0]
  solution[0] = values[0] / error
  for order in 1..<row.count {
    let reflection = (0..<order).reduce(0.0) { $0 - predictor[$1] * row[order - $1] } / error
    error *= 1 - reflection * reflection
    guard error > 1e-15 * row[0] else { break }
    for (low, high) in zip(0...(order / 2), (0...order).reversed()) {
      let (a, b) = (predictor[low], predictor[high])
      predictor[low] = a + reflection * b
      predictor[high] = b + reflection * a
    }
    let rest = (0..<order).reduce(values[order]) { $0 - solution[$1] * row[order - $1] } / error
    for k in 0...order { solution[k] += rest * predictor[order - k] }
  }
  return solution
}
