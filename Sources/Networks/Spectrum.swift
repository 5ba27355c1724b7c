import Foundation
import Tensors

/// The short-time Fourier transform of a signal and back, with a square-root Hann window and a hop
/// of half of it.
///
/// A tight frame: `synthesis` of `analysis` is the signal itself, and the transform keeps its energy.
/// So normal noise in a signal is normal noise of the same strength in its spectrum, and what
/// diffuses the one diffuses the other.
struct ShortTimeFourier {
  /// Samples under the window; half of it is the number of bins.
  let window: Int
  /// [window, 2·bins]: the real parts of every bin, then the imaginary parts. Bin 0 holds the
  /// constant in its real and half the sampling rate in its imaginary part.
  private var basis: Tensor
  private var transposed: Tensor

  var bins: Int { window / 2 }
  var hop: Int { window / 2 }

  init(window: Int, dtype: DType) throws {
    self.window = window
    let bins = window / 2
    var values = [Double](repeating: 0, count: window * 2 * bins)
    for n in 0..<window {
      let weight = sin(.pi * Double(n) / Double(window)) * (2 / Double(window)).squareRoot()
      for bin in 1..<bins {
        let angle = 2 * .pi * Double(n * bin % window) / Double(window)
        values[n * 2 * bins + bin] = weight * cos(angle)
        values[n * 2 * bins + bins + bin] = -weight * sin(angle)
      }
      values[n * 2 * bins] = weight * 0.5.squareRoot()
      values[n * 2 * bins + bins] = weight * 0.5.squareRoot() * (n % 2 == 0 ? 1 : -1)
    }
    basis = try Tensor(values, shape: [window, 2 * bins]).to(dtype)
    transposed = try basis.permuted([1, 0]).reshaped([2 * bins, window])
  }

  mutating func move(to device: Device) throws {
    basis = try basis.to(device: device)
    transposed = try transposed.to(device: device)
  }

  /// The frames that a signal of `time` samples has: each sample stands in two.
  func frames(of time: Int) -> Int { (time + hop - 1) / hop + 1 }

  /// [batch, channels, time] → the real and the imaginary parts, [batch, channels, frames, bins] each.
  func analysis(_ x: Tensor) throws -> (real: Tensor, imaginary: Tensor) {
    let (batch, channels, time) = (x.shape[0], x.shape[1], x.shape[2])
    let count = frames(of: time)
    let margin = try Tensor.zeros([batch, channels, hop], dtype: x.dtype, device: x.device)
    let blocks = try Tensor.concatenated(
      [margin, x.paddedAfter([time.missing(toMultipleOf: hop)]), margin], dim: 2
    ).reshaped([batch, channels, count + 1, hop])
    let segments = try Tensor.concatenated(
      [blocks.sliced(dim: 2, 0..<count), blocks.sliced(dim: 2, 1..<(count + 1))], dim: 3)
    let spectrum = try segments.matmul(basis)
    return try (
      spectrum.sliced(dim: 3, 0..<bins), spectrum.sliced(dim: 3, bins..<(2 * bins))
    )
  }

  /// The signal of `time` samples whose spectrum was changed to this one.
  func synthesis(real: Tensor, imaginary: Tensor, time: Int) throws -> Tensor {
    let shape = real.shape
    let segments = try Tensor.concatenated([real, imaginary], dim: 3).matmul(transposed)
    let blocks =
      try segments.sliced(dim: 2, 0..<(shape[2] - 1)).sliced(dim: 3, hop..<window)
      + segments.sliced(dim: 2, 1..<shape[2]).sliced(dim: 3, 0..<hop)
    return try blocks.reshaped([shape[0], shape[1], (shape[2] - 1) * hop])
      .sliced(dim: 2, 0..<time)
  }
}

/// What stands around a network that works on the spectrum of its signals: the spectrum as an image
/// of what the network sees, and the network's output as complex gains by which each input's spectrum
/// is multiplied; their sum is the output signal.
///
/// Gains follow the level of every bin, whose range of 60 dB and more no output layer spans, and
/// leave silence silent. Reference: Williamson, Wang and Wang, "Complex Ratio Masking for Monaural
/// Speech Separation" (2016), eq. 5.
struct SpectralEdge {
  var fourier: ShortTimeFourier
  /// Channels of the signals that go in and come out.
  let inputs, outputs: Int
  /// Neighbouring bins that stand in the channels of one row.
  let fold: Int

  /// Channels of the image: real part, imaginary part and size of each bin of a row.
  static func features(_ inputs: Int, fold: Int) -> Int { inputs * 3 * fold }
  /// Channels that the network makes: a complex gain for each output and input.
  static func gains(_ inputs: Int, _ outputs: Int, fold: Int) -> Int { inputs * outputs * 2 * fold }

  /// - Parameters:
  ///   - x: [batch, inputs, time].
  ///   - network: from the image [batch, features, bins/fold, frames] to gains of that extent.
  /// - Returns: [batch, outputs, time].
  func callAsFunction(_ x: Tensor, through network: (Tensor) throws -> Tensor) throws -> Tensor {
    let (batch, time) = (x.shape[0], x.shape[2])
    let (real, imaginary) = try fourier.analysis(x)
    let (frames, rows) = (real.shape[2], fourier.bins / fold)
    // Sizes to the power 1/2, which a convolution takes better than a range of 60 dB; and to 1/4.
    let root = try (real * real + imaginary * imaginary + 1e-6).squareRoot().squareRoot()
    let image = try Tensor.concatenated([real / root, imaginary / root, root.squareRoot()], dim: 1)
      .reshaped([batch, 3 * inputs, frames, rows, fold]).permuted([0, 1, 4, 3, 2])
      .reshaped([batch, 3 * inputs * fold, rows, frames])

    let gains = try network(image).reshaped([batch, 2 * outputs * inputs, fold, rows, frames])
      .permuted([0, 1, 4, 3, 2]).reshaped([batch, 2, outputs, inputs, frames, fourier.bins])
    func gain(_ part: Int) throws -> Tensor {
      try gains.sliced(dim: 1, part..<(part + 1))
        .reshaped([batch, outputs, inputs, frames, fourier.bins])
    }
    let (a, b) = try (gain(0), gain(1))
    let shape = [batch, 1, inputs, frames, fourier.bins]
    let (re, im) = try (real.reshaped(shape), imaginary.reshaped(shape))
    return try fourier.synthesis(
      real: (a * re - b * im).sum([2]), imaginary: (a * im + b * re).sum([2]), time: time)
  }
}
